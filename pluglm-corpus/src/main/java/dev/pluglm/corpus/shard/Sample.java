package dev.pluglm.corpus.shard;

import java.util.List;
import java.util.Optional;

/**
 * One training sample of LDDL (SPEC 4): {@code [CLS] a [SEP] b [SEP]}.
 *
 * @param a WordPieces of the first segment
 * @param b WordPieces of the second segment
 * @param randomNext whether b does not follow a in its document
 * @param numTokens tokens with the three special ones
 * @param mask what is masked already; empty where the trainer masks
 */
public record Sample(List<String> a, List<String> b, boolean randomNext, int numTokens, Optional<Mask> mask) {

    public Sample {
        a = List.copyOf(a);
        b = List.copyOf(b);
    }

    /** A sample that is not masked. */
    public static Sample of(List<String> a, List<String> b, boolean randomNext) {
        return new Sample(a, b, randomNext, a.size() + b.size() + 3, Optional.empty());
    }

    /**
     * Which tokens a model has to guess.
     *
     * @param positions in {@code [CLS] a [SEP] b [SEP]}, ascending, 1 .. 65535
     * @param labels the pieces that stood there, as many as positions
     */
    public record Mask(List<Integer> positions, List<String> labels) {
        public Mask {
            positions = List.copyOf(positions);
            labels = List.copyOf(labels);
            if (positions.size() != labels.size()) {
                throw new IllegalArgumentException("%d positions, but %d labels".formatted(positions.size(),
                        labels.size()));
            }
        }
    }
}
