package dev.pluglm.pretraining;

import java.util.SplittableRandom;

/** Random numbers that belong to a place: the same place gets the same ones, whoever asks, in whatever order. */
final class Seeds {
    private Seeds() {}

    /** The random numbers of a place like (epoch, number of the sample). */
    static SplittableRandom random(long seed, long... place) {
        return new SplittableRandom(mix(seed, place));
    }

    static long mix(long seed, long... place) {
        long mixed = finish(seed);
        for (long coordinate : place) {
            mixed = finish(mixed ^ finish(coordinate + 0x9e3779b97f4a7c15L));
        }
        return mixed;
    }

    /** SplitMix64's last step: every bit of the result depends on every bit given. */
    private static long finish(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
