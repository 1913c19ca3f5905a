package dev.pluglm.task;

import dev.pluglm.training.HtmlPage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Which label was predicted for which.
 *
 * @param counts by label, then by prediction; what is not there is 0
 */
record ConfusionTable(Map<?, ?> counts) {

    /** More labels than this make no table that anybody reads. */
    private static final int SHOWN = 25;

    /** Adds the whole table, or of many labels only the pairs that were confused most. */
    void addTo(HtmlPage page) {
        if (counts.size() <= SHOWN) {
            matrix(page);
        } else {
            page.text("The pairs of the %d labels that were confused most:".formatted(counts.size()));
            mistakes(page);
        }
    }

    private void matrix(HtmlPage page) {
        List<String> header = new ArrayList<>(List.of("is \\ predicted"));
        counts.keySet().forEach(label -> header.add(label.toString()));
        page.table(header, counts.entrySet().stream().map(line -> {
            List<Object> row = new ArrayList<>(List.of(line.getKey()));
            counts.keySet().forEach(prediction -> row.add(count(line.getValue(), prediction)));
            return row;
        }).toList());
    }

    private static long count(Object line, Object prediction) {
        return ((Map<?, ?>) line).get(prediction) instanceof Number number ? number.longValue() : 0;
    }

    private void mistakes(HtmlPage page) {
        List<List<Object>> rows = new ArrayList<>();
        counts.forEach((label, line) -> ((Map<?, ?>) line).keySet().stream().filter(it -> !it.equals(label))
                .forEach(prediction -> rows.add(List.of(label, prediction, count(line, prediction)))));
        rows.sort(Comparator.comparingLong(row -> -(long) row.get(2)));
        page.table(List.of("is", "predicted", "examples"), rows.stream().limit(SHOWN).toList());
    }
}
