package dev.pluglm.metric;

import java.util.Arrays;

/**
 * Scores of ranked predictions: which place the right one had, from 1; 0 if it was not among them.
 */
public final class Ranks {

    private Ranks() {}

    /**
     * The place of the right candidate when all are ordered by score, the best first. Equal scores keep the order of
     * the candidates; a NaN comes last, after every number.
     *
     * @param scores [candidates]
     * @return in [1, candidates]
     */
    public static int of(float[] scores, int right) {
        float wanted = scores[right];
        int rank = 1;
        for (int i = 0; i < scores.length; i++) {
            boolean better = scores[i] > wanted || Float.isNaN(wanted) && !Float.isNaN(scores[i]);
            boolean same = scores[i] == wanted || Float.isNaN(wanted) && Float.isNaN(scores[i]);
            rank += better || same && i < right ? 1 : 0;
        }
        return rank;
    }

    /**
     * Mean reciprocal rank, in [0, 1]; a right one that was not found counts 0.
     *
     * @throws dev.pluglm.problem.Problem if there are no ranks
     */
    public static double meanReciprocal(int[] ranks) {
        Paired.check(ranks.length, ranks.length);
        return Arrays.stream(ranks).map(Ranks::checked).filter(rank -> rank > 0).sorted().mapToDouble(r -> 1.0 / r)
                .sum() / ranks.length;
    }

    /**
     * P@k: the share of the right ones that came among the first k, in [0, 1].
     *
     * @throws dev.pluglm.problem.Problem if there are no ranks
     */
    public static double precisionAt(int k, int[] ranks) {
        Paired.check(ranks.length, ranks.length);
        return (double) Arrays.stream(ranks).map(Ranks::checked).filter(rank -> rank > 0 && rank <= k).count()
                / ranks.length;
    }

    private static int checked(int rank) {
        if (rank < 0) {
            throw new IllegalArgumentException("rank %d is negative; expected 1 for the first, 0 for none".formatted(
                    rank));
        }
        return rank;
    }
}
