package dev.pluglm.memory;

import dev.pluglm.model.Memory;
import org.apache.lucene.util.LongHeap;
import org.apache.lucene.util.NumericUtils;

import java.util.Arrays;

/**
 * The best rows seen so far, for each query: larger inner products first, equal ones by the lower row. Every kind of
 * memory ranks with this, so all of them agree on ties.
 */
final class BestRows {
    private final int k;
    private final LongHeap[] heaps;
    private final float[] worst;
    private final int places;

    /** Room for {@code k} rows a query, of which no more than {@code available} can ever be filled. */
    BestRows(int queries, int k, int available) {
        this.k = k;
        places = Math.min(k, available);
        heaps = new LongHeap[queries];
        for (int q = 0; q < queries; q++) {
            heaps[q] = new LongHeap(Math.max(1, places));
        }
        worst = new float[queries];
        Arrays.fill(worst, Float.NEGATIVE_INFINITY);
    }

    /** False if a row with this similarity cannot be among the best any more. */
    boolean admits(int query, float similarity) {
        return !(similarity < worst[query]);
    }

    void offer(int query, int row, float similarity) {
        LongHeap heap = heaps[query];
        // Adding zero turns -0 into 0, which must tie. The lower row is the larger number, so it wins.
        long ranked = (long) NumericUtils.floatToSortableInt(similarity + 0f) << 32 | Integer.MAX_VALUE - row;
        if (heap.insertWithOverflow(ranked) && heap.size() == places) {
            worst[query] = similarity(heap.top());
        }
    }

    /** Whether every query has as many rows as it can have. */
    boolean full() {
        return Arrays.stream(heaps).allMatch(heap -> heap.size() == places);
    }

    Memory.Hits hits() {
        Memory.Hits hits = Memory.Hits.none(heaps.length, k);
        for (int q = 0; q < heaps.length; q++) {
            LongHeap heap = heaps[q];
            long[] ranked = new long[heap.size()];
            for (int place = ranked.length - 1; place >= 0; place--) {
                ranked[place] = heap.pop();
            }
            for (long hit : ranked) {
                hits.add(q, Integer.MAX_VALUE - (int) hit, similarity(hit));
            }
        }
        return hits;
    }

    private static float similarity(long ranked) {
        return NumericUtils.sortableIntToFloat((int) (ranked >> 32));
    }

    /** Checks what every search is given. */
    static void check(float[] queries, int count, int k, int keySize) {
        if (k < 1) {
            throw new IllegalArgumentException("k (" + k + ") must be at least 1");
        }
        if (count < 0 || queries.length != (long) count * keySize) {
            throw new IllegalArgumentException("queries hold " + queries.length + " floats, expected " + count
                    + " queries x key size " + keySize);
        }
    }
}
