package dev.pluglm.evaluation;

/** Where right answers stand among all tokens, best first; of equal logits the lower id stands first. */
final class Ranking {
    private Ranking() {}

    /**
     * The rank of the best of the right tokens, from 1 on.
     *
     * @param logits of all tokens
     * @param right ids, at least one
     */
    static int rank(float[] logits, int[] right) {
        int best = right[0];
        for (int id : right) {
            if (logits[id] > logits[best] || logits[id] == logits[best] && id < best) {
                best = id;
            }
        }
        int rank = 1;
        for (int id = 0; id < logits.length; id++) {
            // Written so that a logit that is no number never makes an answer look good.
            boolean behind = logits[id] < logits[best] || logits[id] == logits[best] && id >= best;
            rank += behind ? 0 : 1;
        }
        return rank;
    }

    /** The token with the largest logit. */
    static int top(float[] logits) {
        int top = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[top]) {
                top = id;
            }
        }
        return top;
    }
}
