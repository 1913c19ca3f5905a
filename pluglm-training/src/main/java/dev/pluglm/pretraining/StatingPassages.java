package dev.pluglm.pretraining;

import java.util.Arrays;
import java.util.Optional;

/**
 * Knows which passage states what was masked in a text: one that holds the masked token among the same neighbours.
 *
 * <p>Takes 8 bytes for each token of the passages.
 */
final class StatingPassages {
    /** Tokens in a row that text and passage share, the masked one among them. */
    static final int RUN = 6;

    private static final int ROW_BITS = 24;

    private final int[][] passages;
    private final long[] runs; // a hash above the row that it is found in, sorted

    /** @param passages token ids of each, with special tokens, unpadded; at most 2^24 of them */
    StatingPassages(int[][] passages) {
        if (passages.length > 1 << ROW_BITS) {
            throw new IllegalArgumentException("%d passages; expected at most %d".formatted(passages.length,
                    1 << ROW_BITS));
        }
        this.passages = passages;
        this.runs = new long[Arrays.stream(passages).mapToInt(it -> Math.max(0, it.length - 1 - RUN)).sum()];
        int at = 0;
        for (int row = 0; row < passages.length; row++) {
            for (int from = 1; from + RUN < passages[row].length; from++) {
                runs[at++] = hash(passages[row], from) << ROW_BITS | row;
            }
        }
        Arrays.sort(runs);
    }

    /**
     * Where a passage has a masked token.
     *
     * @param row of the passage
     * @param token its place in the passage, from 0
     */
    record Place(int row, int token) {}

    /** Where the first passage that does so states the first token that is masked; empty if none does. */
    Optional<Place> of(MaskedSample sample) {
        int[] text = sample.originalIds();
        int masked = sample.positions().length == 0 ? 0 : sample.positions()[0];
        for (int from = Math.max(1, masked - RUN + 1); from <= masked && from + RUN < text.length; from++) {
            Optional<Place> found = holding(text, from, masked - from);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Place> holding(int[] text, int from, int masked) {
        long hash = hash(text, from) << ROW_BITS;
        int first = Arrays.binarySearch(runs, hash);
        for (int i = first < 0 ? -first - 1 : first; i < runs.length && runs[i] >>> ROW_BITS == hash >>> ROW_BITS; i++) {
            int row = (int) (runs[i] & (1 << ROW_BITS) - 1);
            int at = find(passages[row], text, from);
            if (at >= 0) {
                return Optional.of(new Place(row, at + masked));
            }
        }
        return Optional.empty();
    }

    /** Where the run is in a passage, or -1: different runs may have one hash. */
    private static int find(int[] passage, int[] text, int textFrom) {
        for (int from = 1; from + RUN < passage.length; from++) {
            if (Arrays.equals(passage, from, from + RUN, text, textFrom, textFrom + RUN)) {
                return from;
            }
        }
        return -1;
    }

    /** 39 bits, so that it sorts as a positive number above the row. */
    private static long hash(int[] tokens, int from) {
        return WithoutOwnText.hash(tokens, from, RUN) >>> 25;
    }
}
