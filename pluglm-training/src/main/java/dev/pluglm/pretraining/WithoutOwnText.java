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
 * <p>A passage counts as the text's own if they share {@value #RUN} tokens in a row, or half of a text that is short.
 */
final class WithoutOwnText extends WithholdingView {
    static final int RUN = 16;

    private static final int SHORTEST_RUN = 5;

    private final List<Runs> texts;

    /** Hashes of all runs of a text that are so long; none of a text that nothing is kept from. */
    private record Runs(int length, Set<Long> hashes) {

        static Runs of(int[] text) {
            int length = Math.clamp(text.length / 2, SHORTEST_RUN, RUN);
            Set<Long> hashes = new HashSet<>();
            for (int from = 0; from + length <= text.length; from++) {
                hashes.add(hash(text, from, length));
            }
            return new Runs(length, hashes);
        }

        /** Whether a passage, with its special tokens, repeats one. */
        boolean areIn(int[] passage) {
            for (int from = 1; from + length < passage.length; from++) {
                if (hashes.contains(hash(passage, from, length))) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Hides own passages.
     *
     * @param texts token ids of each text of the batch, before masking; none of those that may find themselves
     */
    WithoutOwnText(Memory.View all, int[][] texts) {
        super(all, texts.length);
        this.texts = Arrays.stream(texts).map(Runs::of).toList();
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

    @Override
    protected boolean withholds(int query, int row) {
        Runs text = texts.get(query);
        return !text.hashes().isEmpty() && text.areIn(tokens(new int[] {row})[0]);
    }

    @Override
    protected int firstLook(int k) {
        return 2 * k;
    }
}
