package dev.pluglm.task.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A question that a piece of a text answers.
 *
 * @param id what the file calls it
 * @param question without space before it
 * @param context the text
 * @param title the title of the text's article; empty if there is none, or SQuAD gives it after its paragraphs
 * @param answers all pieces that are right, in the file's order and without repetition, none if the text does not
 *                answer the question; nothing if the file does not tell
 * @param synonyms for a question of BioASQ all ways to write the right answer, whether they stand in this text or not;
 *                 empty for others
 * @param row what else the file says about it, for files of predictions
 * @param place where it stands
 */
public record QuestionExample(String id, String question, String context, Optional<String> title,
        Optional<List<Answer>> answers, List<String> synonyms, SequencedMap<String, Object> row, Place place) {

    public QuestionExample {
        answers = answers.map(it -> it.stream().distinct().toList());
        synonyms = List.copyOf(synonyms);
        row = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(row));
    }

    /** A question about a text of its own. */
    public QuestionExample(String id, String question, String context, Optional<String> title,
            Optional<List<Answer>> answers, SequencedMap<String, Object> row, Place place) {
        this(id, question, context, title, answers, List.of(), row, place);
    }

    /** Whether the file says that the text does not answer the question, and no other of its snippets does. */
    public boolean isUnanswerable() {
        return answers.isPresent() && answers.get().isEmpty() && synonyms.isEmpty();
    }

    /** Whether there is an answer, but not in this snippet. */
    public boolean isAnsweredElsewhere() {
        return answers.isPresent() && answers.get().isEmpty() && !synonyms.isEmpty();
    }
}
