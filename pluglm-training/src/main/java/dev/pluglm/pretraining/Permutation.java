package dev.pluglm.pretraining;

/**
 * A random order of 0 .. size - 1 that takes no memory: any place of it can be asked for. A Feistel network over the
 * next even power of two, walked until the result is in range (Black and Rogaway, "Ciphers with arbitrary finite
 * domains", 2002).
 */
final class Permutation {
    private static final int ROUNDS = 6;

    private final long seed;
    private final long size;
    private final int halfBits;

    Permutation(long seed, long size) {
        this.seed = seed;
        this.size = size;
        this.halfBits = Math.max(1, (65 - Long.numberOfLeadingZeros(size - 1)) / 2);
    }

    /** The number at a place of the order; less than four steps on average. */
    long at(long place) {
        long number = place;
        do {
            number = step(number);
        } while (number >= size);
        return number;
    }

    private long step(long number) {
        long mask = (1L << halfBits) - 1;
        long left = number >>> halfBits;
        long right = number & mask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (Seeds.mix(seed, round, right) & mask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
