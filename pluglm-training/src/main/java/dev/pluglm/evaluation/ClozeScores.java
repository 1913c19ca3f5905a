package dev.pluglm.evaluation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How well questions with one masked token were answered.
 *
 * @param first how many had a right token first (P@1)
 * @param inTen how many had a right token among the first ten (P@10)
 * @param reciprocalRanks sum of 1 / rank of the best right token
 */
public record ClozeScores(Share first, Share inTen, @JsonIgnore double reciprocalRanks) {
    static final ClozeScores NONE = new ClozeScores(Share.NONE, Share.NONE, 0);

    private static final int TEN = 10;

    /** With one more question. */
    ClozeScores with(int rank) {
        return new ClozeScores(first.with(rank == 1), inTen.with(rank <= TEN), reciprocalRanks + 1.0 / rank);
    }

    /** How many questions there were. */
    @JsonProperty
    public long questions() {
        return first.of();
    }

    /** Mean reciprocal rank, 0 to 1. */
    @JsonProperty
    public double meanReciprocalRank() {
        return questions() == 0 ? 0 : reciprocalRanks / questions();
    }
}
