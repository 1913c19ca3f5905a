package dev.pluglm.metric;

/**
 * How many things were found, how many there were, and how many of the found ones were right.
 *
 * @param right found and really there
 * @param predicted found
 * @param expected really there
 */
public record PrecisionRecall(long right, long predicted, long expected) {

    /** Nothing found, nothing there. */
    public static final PrecisionRecall NONE = new PrecisionRecall(0, 0, 0);

    public PrecisionRecall {
        if (right < 0 || right > predicted || right > expected) {
            throw new IllegalArgumentException(
                    "%d right of %d predicted and %d expected".formatted(right, predicted, expected));
        }
    }

    /** The sum of two counts, for micro averages. */
    public PrecisionRecall plus(PrecisionRecall other) {
        return new PrecisionRecall(right + other.right, predicted + other.predicted, expected + other.expected);
    }

    /** The share of what was found that is right, in [0, 1]; 0 if nothing was found. */
    public double precision() {
        return ratio(right, predicted);
    }

    /** The share of what is there that was found, in [0, 1]; 0 if nothing is there. */
    public double recall() {
        return ratio(right, expected);
    }

    /** The harmonic mean of the two, in [0, 1]; 0 if nothing was found and nothing is there. */
    public double f1() {
        return ratio(2 * right, predicted + expected);
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
