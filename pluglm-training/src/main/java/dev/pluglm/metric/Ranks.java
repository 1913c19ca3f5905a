package dev.pluglm.metric;

import java.util.Arrays;

/**
 * Scores of ranked predictions: which place the right one had, from 1; 0 if it was not among them.
 */
public final class Ranks {

    private Ranks() {}

    /**
     * The place of the best of the right candidates when all are ordered by score, the best first. Equal scores keep
     * the order of the candidates. A score that is no number never makes a right one look good: every other candidate
     * with one stands before it, and it stands last itself.
     *
     * @param scores [candidates]
     * @param right at least one of the candidates
     * @return in [1, candidates]
     */
    public static int of(float[] scores, int... right) {
        int best = right[0];
        for (int candidate : right) {
            if (scores[candidate] > scores[best] || scores[candidate] == scores[best] && candidate < best
                    || Float.isNaN(scores[best])) {
                best = candidate;
            }
        }
        int rank = 1;
        for (int i = 0; i < scores.length; i++) {
            boolean behind = scores[i] < scores[best] || scores[i] == scores[best] && i > best;
            rank += behind || i == best ? 0 : 1;
        }
        return rank;
    }

    /**
     * The candidates with the highest scores, best first. Equal scores keep the order of the candidates; those without
     * a number come last.
     *
     * @param scores [candidates]
     * @param count how many; all if there are fewer
     */
    public static int[] best(float[] scores, int count) {
        int[] best = new int[Math.min(count, scores.length)];
        int found = 0;
        for (int i = 0; i < scores.length; i++) {
            int place = found;
            while (place > 0 && isBetter(scores[i], scores[best[place - 1]])) {
                place--;
            }
            if (place < best.length) {
                found = Math.min(found + 1, best.length);
                System.arraycopy(best, place, best, place + 1, found - place - 1);
                best[place] = i;
            }
        }
        return best;
    }

    private static boolean isBetter(float score, float than) {
        return score > than || Float.isNaN(than) && !Float.isNaN(score);
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
