package dev.pluglm.task;

import dev.pluglm.memory.Passage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which passages of a memory of the training examples an example must not find while it is trained on: its own, which
 * says the label, and those of the same text. Those passages are the first rows of what is plugged in.
 */
final class OwnPassages {

    private final int[][] rows;

    private OwnPassages(int[][] rows) {
        this.rows = rows;
    }

    /** @param passages one for each example, in their order */
    static OwnPassages of(List<Passage> passages) {
        Map<String, List<Integer>> byText = new HashMap<>();
        for (int row = 0; row < passages.size(); row++) {
            byText.computeIfAbsent(passages.get(row).text(), _ -> new ArrayList<>()).add(row);
        }
        return new OwnPassages(passages.stream()
                .map(it -> byText.get(it.text()).stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new));
    }

    /** The rows that an example must not find, ascending. */
    int[] of(int example) {
        return rows[example];
    }
}
