package dev.pluglm.pretraining;

import java.util.List;
import java.util.Optional;

/**
 * A sequence to train on before it is masked: {@code [CLS] a [SEP]} or {@code [CLS] a [SEP] b [SEP]} (SPEC 4). Where
 * its words begin is told by the pieces themselves: all but the first of a word begin with {@code ##}.
 *
 * @param ids token ids, nothing padded [length]
 * @param types 0, and 1 for b and its {@code [SEP]} [length]
 * @param mask a mask that the sample brings along; then {@code ids} are those after masking
 * @param spans names, numbers and dates worth guessing, ascending, apart from each other; empty if none are known
 */
public record TrainingSample(int[] ids, int[] types, Optional<FixedMask> mask, List<Span> spans) {

    public TrainingSample {
        spans = List.copyOf(spans);
        if (types.length != ids.length) {
            throw new IllegalArgumentException("%d ids, but %d types".formatted(ids.length, types.length));
        }
    }

    /** How many tokens there are. */
    public int length() {
        return ids.length;
    }

    /**
     * What was masked when the data was made.
     *
     * @param positions ascending, in the sample
     * @param labels the ids that stood there, as many
     */
    public record FixedMask(int[] positions, int[] labels) {
        public FixedMask {
            if (labels.length != positions.length) {
                throw new IllegalArgumentException(
                        "%d positions, but %d labels".formatted(positions.length, labels.length));
            }
        }
    }

    /**
     * Tokens that belong together.
     *
     * @param from position of the first
     * @param to position after the last
     */
    public record Span(int from, int to) {
        public Span {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("a span from %d to %d".formatted(from, to));
            }
        }

        /** How many tokens it has. */
        public int length() {
            return to - from;
        }
    }
}
