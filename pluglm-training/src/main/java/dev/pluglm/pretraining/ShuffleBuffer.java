package dev.pluglm.pretraining;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws rows out of a stream in a random order, from a buffer that holds the next few thousand of them (SPEC 4). Here
 * rows are numbers only, so the order can be run through without reading any.
 */
final class ShuffleBuffer {
    /** What was drawn, and the number of the row that takes its slot; -1 where the stream has ended. */
    record Draw(int slot, long row, long refill) {}

    private final SplittableRandom random;
    private final long total;
    private final long[] rows;
    private int filled;
    private long next;

    /** @param total rows of the stream, numbered from 0 */
    ShuffleBuffer(long total, int capacity, SplittableRandom random) {
        this.random = random;
        this.total = total;
        rows = new long[(int) Math.min(total, capacity)];
        filled = rows.length;
        Arrays.setAll(rows, i -> i);
        next = filled;
    }

    /** How many rows are left. */
    long left() {
        return filled + total - next;
    }

    int filled() {
        return filled;
    }

    /** The row that is in a slot, 0 .. {@link #filled()} - 1. */
    long row(int slot) {
        return rows[slot];
    }

    /**
     * Takes the row of a random slot. The next of the stream takes its place; at the end of the stream, the row of the
     * last filled slot.
     */
    Draw draw() {
        int slot = random.nextInt(filled);
        long row = rows[slot];
        if (next < total) {
            rows[slot] = next;
            return new Draw(slot, row, next++);
        }
        rows[slot] = rows[--filled];
        return new Draw(slot, row, -1);
    }
}
