package dev.pluglm.task.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which columns of a file hold the texts, the label and the id.
 *
 * @param text the (first) text
 * @param pair the second text of a pair
 * @param label the label or score
 */
public record TextColumns(String text, Optional<String> pair, Optional<String> label) {

    static final String EXPECTED = "for instance text and label, or sentence1, sentence2 and label, named in the first "
            + "line; or name the columns that hold them";

    /** Names of first and second texts; the published code's and those of GLUE come first (SPEC 5.1). */
    private static final List<List<String>> PAIRS = List.of(
            List.of("premise", "hypothesis"), List.of("question", "sentence"), List.of("question1", "question2"),
            List.of("sentence1", "sentence2"), List.of("text1", "text2"), List.of("text_a", "text_b"),
            List.of("text", "text_pair"), List.of("headline", "text"));
    private static final List<String> SINGLES = List.of("text", "sentence");
    private static final List<String> LABELS = List.of("label", "labels", "gold_label", "is_duplicate", "score");

    /**
     * The columns that hold them by their usual names, whatever their case; nothing if there is no text.
     *
     * @param names of all columns of a file
     */
    public static Optional<TextColumns> among(List<String> names) {
        Optional<String> label = LABELS.stream().flatMap(wanted -> find(wanted, names)).findFirst();
        for (List<String> pair : PAIRS) {
            List<String> found = pair.stream().flatMap(wanted -> find(wanted, names)).toList();
            if (found.size() == 2) {
                return Optional.of(new TextColumns(found.getFirst(), Optional.of(found.getLast()), label));
            }
        }
        return SINGLES.stream().flatMap(wanted -> find(wanted, names)).findFirst()
                .map(text -> new TextColumns(text, Optional.empty(), label));
    }

    private static Stream<String> find(String wanted, List<String> names) {
        return names.stream().filter(name -> name.strip().toLowerCase(Locale.ROOT).equals(wanted)).limit(1);
    }

    /** Whether a file with these columns has all of ours. */
    boolean areAmong(List<String> names) {
        return names.containsAll(all());
    }

    /** The names of all of them. */
    List<String> all() {
        List<String> all = new ArrayList<>(List.of(text));
        pair.ifPresent(all::add);
        label.ifPresent(all::add);
        return List.copyOf(all);
    }
}
