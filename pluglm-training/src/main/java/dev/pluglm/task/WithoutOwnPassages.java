package dev.pluglm.task;

import dev.pluglm.model.Memory;
import dev.pluglm.training.WithholdingView;

import java.util.Arrays;

/** A memory in which each query misses some rows. */
final class WithoutOwnPassages extends WithholdingView {

    private final int[][] hidden;

    /** @param hidden for each query the rows that it must not find, ascending */
    WithoutOwnPassages(Memory.View all, int[][] hidden) {
        super(all, hidden.length);
        this.hidden = hidden;
    }

    @Override
    protected boolean withholds(int query, int row) {
        return Arrays.binarySearch(hidden[query], row) >= 0;
    }

    @Override
    protected int firstLook(int k) {
        return k + Arrays.stream(hidden).mapToInt(rows -> rows.length).max().orElse(0);
    }
}
