package dev.pluglm.pretraining;

/**
 * How much is masked.
 *
 * @param probability that a token (or word) is chosen, 0 .. 1; 0.15 in the reference
 * @param atLeastOne whether one is chosen where chance chose none. The reference has no minimum, and a micro-batch
 *     without a masked token makes its loss NaN (SPEC 3)
 * @param maxMasked tokens of a sample at most, 1 or more: bounds the cost of the decoder. More than these are thinned
 *     out at random. A single word or span that is longer is masked whole all the same
 */
public record MaskingOptions(double probability, boolean atLeastOne, int maxMasked) {

    public MaskingOptions {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability is %s; expected 0 to 1".formatted(probability));
        }
        if (maxMasked < 1) {
            throw new IllegalArgumentException("maxMasked is %d; expected 1 or more".formatted(maxMasked));
        }
    }

    /** The reference's 15%, but at least one; any number of them. */
    public static MaskingOptions defaults() {
        return new MaskingOptions(0.15, true, Integer.MAX_VALUE);
    }

    public MaskingOptions withProbability(double probability) {
        return new MaskingOptions(probability, atLeastOne, maxMasked);
    }

    public MaskingOptions withAtLeastOne(boolean atLeastOne) {
        return new MaskingOptions(probability, atLeastOne, maxMasked);
    }

    public MaskingOptions withMaxMasked(int maxMasked) {
        return new MaskingOptions(probability, atLeastOne, maxMasked);
    }
}
