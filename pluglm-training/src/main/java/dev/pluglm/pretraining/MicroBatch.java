package dev.pluglm.pretraining;

import java.util.List;

/**
 * Samples of like lengths that go through the model together.
 *
 * @param samples at least one
 */
public record MicroBatch(List<MaskedSample> samples) {

    public MicroBatch {
        samples = List.copyOf(samples);
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("a micro-batch without samples");
        }
    }

    /** Tokens to guess; may be 0. */
    public long maskedTokens() {
        return samples.stream().mapToLong(sample -> sample.positions().length).sum();
    }

    /** Tokens of all samples, without padding. */
    public long tokens() {
        return samples.stream().mapToLong(MaskedSample::length).sum();
    }

    /** Tokens of the longest sample: what the others have to be padded to. */
    public int longest() {
        return samples.stream().mapToInt(MaskedSample::length).max().orElseThrow();
    }
}
