package dev.pluglm.evaluation;

import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageView;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells whether a passage of a memory is right for a fact. Keeps the texts that it has looked at, so one serves a whole
 * evaluation of one view.
 */
final class RightPassages {
    private final PassageView view;
    private final Map<Integer, Seen> seen = new HashMap<>();

    private record Seen(String id, String words, String titleAndWords) {}

    /** What is looked for: a fact with its texts made comparable. */
    record Sought(List<String> ids, String subject, List<String> answers, boolean evidenceHasAnswer) {

        static Sought of(Fact fact) {
            List<String> answers = fact.answers().stream().map(Words::of).toList();
            boolean states = fact.evidence().stream().map(passage -> Words.of(passage.text()))
                    .anyMatch(text -> hasAnswer(text, answers));
            return new Sought(fact.evidence().stream().map(Passage::id).toList(), Words.of(fact.subject()), answers,
                    states);
        }
    }

    RightPassages(PassageView view) {
        this.view = view;
    }

    /**
     * Whether a passage is the fact's own evidence. Of evidence that was split, only the parts with the answer are,
     * provided that the answer stands in it at all.
     */
    boolean isOwn(int row, Sought fact) {
        Seen passage = seen(row);
        return fact.ids().stream().anyMatch(id -> isPart(passage.id(), id))
                && (!fact.evidenceHasAnswer() || hasAnswer(passage.words(), fact.answers()));
    }

    /** Whether a passage says subject and answer, whichever passage it is; the subject may be in its title. */
    boolean isStated(int row, Sought fact) {
        Seen passage = seen(row);
        return Words.contains(passage.titleAndWords(), fact.subject()) && hasAnswer(passage.words(), fact.answers());
    }

    /** What a passage is called. */
    String id(int row) {
        return seen(row).id();
    }

    /** Whether this is the id of a passage, or of a part of it. */
    static boolean isPart(String id, String whole) {
        return id.startsWith(whole) && (id.length() == whole.length() || id.substring(whole.length()).matches("#\\d+"));
    }

    private static boolean hasAnswer(String words, List<String> answers) {
        return answers.stream().anyMatch(answer -> Words.contains(words, answer));
    }

    private Seen seen(int row) {
        return seen.computeIfAbsent(row, _ -> {
            Passage passage = view.passage(row);
            String text = Words.of(passage.text());
            return new Seen(passage.id(), text, Words.of(passage.title().orElse("") + "\n" + passage.text()));
        });
    }
}
