package dev.pluglm.task;

import dev.pluglm.model.Memory;

import java.util.Arrays;
import java.util.Optional;

/**
 * A memory in which each query misses some rows. Queries must come in the order of the rows that were given, as those
 * of each memory layer do.
 */
final class WithoutOwnPassages implements Memory.View {

    private final Memory.View all;
    private final int[][] hidden;

    /** @param hidden for each query the rows that it must not find, ascending */
    WithoutOwnPassages(Memory.View all, int[][] hidden) {
        this.all = all;
        this.hidden = hidden;
    }

    @Override
    public Memory.Hits search(float[] queries, int count, int k) {
        if (count != hidden.length) {
            throw new IllegalArgumentException(count + " queries for " + hidden.length + " texts");
        }
        int most = Arrays.stream(hidden).mapToInt(rows -> rows.length).max().orElse(0);
        Memory.Hits wider = all.search(queries, count, k + most);
        Memory.Hits found = Memory.Hits.none(count, k);
        for (int query = 0; query < count; query++) {
            for (int place = 0; place < wider.counts()[query] && found.counts()[query] < k; place++) {
                if (Arrays.binarySearch(hidden[query], wider.row(query, place)) < 0) {
                    found.add(query, wider.row(query, place), wider.similarity(query, place));
                }
            }
        }
        return found;
    }

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public int rowLimit() {
        return all.rowLimit();
    }

    @Override
    public int keySize() {
        return all.keySize();
    }

    @Override
    public int valueSize() {
        return all.valueSize();
    }

    @Override
    public Optional<String> encoderFingerprint() {
        return all.encoderFingerprint();
    }

    @Override
    public float[] keys(int[] rows) {
        return all.keys(rows);
    }

    @Override
    public float[] values(int[] rows) {
        return all.values(rows);
    }

    @Override
    public int[][] tokens(int[] rows) {
        return all.tokens(rows);
    }

    @Override
    public void close() {
        all.close();
    }
}
