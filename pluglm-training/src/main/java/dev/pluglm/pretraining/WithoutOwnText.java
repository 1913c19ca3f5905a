package dev.pluglm.pretraining;

import dev.pluglm.model.Memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A memory in which a text does not find itself: where text and passages come from the same articles, a model could
 * copy a masked word from the passage that it was cut from, and would learn to do nothing else.
 *
 * <p>A passage counts as the text's own if they share {@value #RUN} tokens in a row.
 * Queries must come in the order of the texts, as those of each memory layer do.
 */
final class WithoutOwnText implements Memory.View {
    static final int RUN = 16;

    private final Memory.View all;
    private final List<Set<Long>> runs;

    /**
     * Hides own passages.
     *
     * @param texts token ids of each text of the batch, before masking
     */
    WithoutOwnText(Memory.View all, int[][] texts) {
        this.all = all;
        this.runs = Arrays.stream(texts).map(WithoutOwnText::runs).toList();
    }

    private static Set<Long> runs(int[] text) {
        Set<Long> runs = new HashSet<>();
        for (int from = 0; from + RUN <= text.length; from++) {
            runs.add(hash(text, from, RUN));
        }
        return runs;
    }

    private static long hash(int[] tokens, int from, int length) {
        long hash = length;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ tokens[i]) * 0x100000001B3L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    /** Whether a passage, with its special tokens, repeats a run of a text. */
    private static boolean isOwn(int[] passage, Set<Long> textRuns) {
        int inner = passage.length - 2;
        for (int from = 1; from + RUN <= 1 + inner; from++) {
            if (textRuns.contains(hash(passage, from, RUN))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Memory.Hits search(float[] queries, int count, int k) {
        if (count != runs.size()) {
            throw new IllegalArgumentException(count + " queries for " + runs.size() + " texts");
        }
        Memory.Hits found = Memory.Hits.none(count, k);
        List<Integer> open = new ArrayList<>();
        for (int q = 0; q < count; q++) {
            open.add(q);
        }
        int wide = 2 * k;
        while (!open.isEmpty()) {
            Memory.Hits wider = all.search(of(queries, open), open.size(), wide);
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < open.size(); i++) {
                if (!fill(found, open.get(i), wider, i) && wider.counts()[i] == wide) {
                    left.add(open.get(i));
                }
            }
            open = left;
            wide *= 4;
        }
        return found;
    }

    private float[] of(float[] queries, List<Integer> chosen) {
        int size = keySize();
        float[] these = new float[chosen.size() * size];
        for (int i = 0; i < chosen.size(); i++) {
            System.arraycopy(queries, chosen.get(i) * size, these, i * size, size);
        }
        return these;
    }

    /** Takes the best that are not the text's own; whether there were enough. */
    private boolean fill(Memory.Hits found, int query, Memory.Hits wider, int from) {
        found.counts()[query] = 0;
        for (int place = 0; place < wider.counts()[from] && found.counts()[query] < found.k(); place++) {
            int row = wider.row(from, place);
            if (!isOwn(all.tokens(new int[] {row})[0], runs.get(query))) {
                found.add(query, row, wider.similarity(from, place));
            }
        }
        return found.counts()[query] == found.k();
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
