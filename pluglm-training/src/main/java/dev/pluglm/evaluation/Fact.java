package dev.pluglm.evaluation;

import dev.pluglm.memory.Passage;

import java.util.List;

/**
 * Something that a model may know, or may read in its memory.
 *
 * @param id unique in its file
 * @param set the data set it belongs to
 * @param relation what kind of fact it is; facts of one relation have objects of one type
 * @param subject what it is about, as running text has it; empty where that is not known
 * @param phrasings ways to ask for it, at least one, each with one {@code [MASK]}; the first is the question
 * @param answers what is right, at least one
 * @param evidence passages that state it; empty where none is known
 */
public record Fact(
        String id,
        String set,
        String relation,
        String subject,
        List<String> phrasings,
        List<String> answers,
        List<Passage> evidence) {

    public Fact {
        phrasings = List.copyOf(phrasings);
        answers = List.copyOf(answers);
        evidence = List.copyOf(evidence);
        if (phrasings.isEmpty() || answers.isEmpty()) {
            throw new IllegalArgumentException("fact '%s' has %d phrasings and %d answers; expected one or more of each"
                    .formatted(id, phrasings.size(), answers.size()));
        }
    }

    /** How it is asked for. */
    public String question() {
        return phrasings.getFirst();
    }
}
