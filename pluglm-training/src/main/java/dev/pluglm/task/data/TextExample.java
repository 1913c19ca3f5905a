package dev.pluglm.task.data;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A text, or a pair of texts, to be classified or scored.
 *
 * @param id what the file calls it; else empty
 * @param text the (first) text
 * @param pair the second text
 * @param labels what the text is labelled with: one label or score, for multi-label data any number; nothing if it is
 *               not labelled
 * @param row all columns in the file's order, for files of predictions: strings, numbers, booleans, nulls, lists, maps
 * @param place where it stands
 */
public record TextExample(Optional<String> id, String text, Optional<String> pair, Optional<List<String>> labels,
        SequencedMap<String, Object> row, Place place) {

    public TextExample {
        labels = labels.map(List::copyOf);
        row = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(row));
    }

    /**
     * The only label.
     *
     * @throws Problem if there is none, or more than one
     */
    public String label() {
        List<String> all = labels.orElseThrow(() -> place.problem("no label; expected one label for each text"));
        if (all.size() != 1) {
            throw place.problem("%d labels; expected one, or set multi_label to learn any number of labels a text",
                    all.size());
        }
        return all.getFirst();
    }

    /**
     * The label as a number.
     *
     * @throws Problem if it is none, or not finite
     */
    public double score() {
        String label = label();
        try {
            double score = Double.parseDouble(label);
            if (Double.isFinite(score)) {
                return score;
            }
        } catch (NumberFormatException e) {
            // Said below, as for NaN.
        }
        throw place.problem("the score '%s' is not a finite number; expected one like 3.5", Shown.of(label));
    }
}
