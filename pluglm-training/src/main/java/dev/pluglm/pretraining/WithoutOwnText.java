package dev.pluglm.pretraining;

import dev.pluglm.model.Memory;
import dev.pluglm.training.WithholdingView;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A memory in which a text does not find itself: where text and passages come from the same articles, a model could
 * copy a masked word from the passage that it was cut from, and would learn to do nothing else.
 *
 * <p>A passage counts as the text's own if they share {@value #RUN} tokens in a row.
 */
final class WithoutOwnText extends WithholdingView {
    static final int RUN = 16;

    private final List<Set<Long>> runs;

    /**
     * Hides own passages.
     *
     * @param texts token ids of each text of the batch, before masking
     */
    WithoutOwnText(Memory.View all, int[][] texts) {
        super(all, texts.length);
        this.runs = Arrays.stream(texts).map(WithoutOwnText::runs).toList();
    }

    private static Set<Long> runs(int[] text) {
        Set<Long> runs = new HashSet<>();
        for (int from = 0; from + RUN <= text.length; from++) {
            runs.add(hash(text, from, RUN));
        }
        return runs;
    }

    /** Of a run of tokens. */
    static long hash(int[] tokens, int from, int length) {
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
    protected boolean withholds(int query, int row) {
        return isOwn(tokens(new int[] {row})[0], runs.get(query));
    }

    @Override
    protected int firstLook(int k) {
        return 2 * k;
    }
}
