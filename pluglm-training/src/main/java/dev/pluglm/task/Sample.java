package dev.pluglm.task;

/**
 * What a model reads at once: a text, a pair, a part of a long sentence, a window of a long text.
 *
 * @param example the number of the example it belongs to, from 0 in its data
 * @param ids token ids with special tokens, unpadded
 * @param types token types, as many
 * @param target what is to be learned: one class, score, or 1 for yes; for each
 *     label 1 or 0; a class for each token, {@value #IGNORED} where
 *     there is none to learn; first and last token of the answer; empty if that is not known
 */
record Sample(int example, int[] ids, int[] types, double[] target) {

    /** In place of a class, for tokens that none is learned for. */
    static final int IGNORED = -100;

    private static final double[] UNKNOWN = {};

    /** Without a target. */
    Sample(int example, int[] ids, int[] types) {
        this(example, ids, types, UNKNOWN);
    }

    Sample with(double... learned) {
        return new Sample(example, ids, types, learned);
    }

    int length() {
        return ids.length;
    }
}
