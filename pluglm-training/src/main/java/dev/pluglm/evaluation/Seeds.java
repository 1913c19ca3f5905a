package dev.pluglm.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Chance that depends on a seed and a name alone: the same things are drawn in whatever order they come. */
final class Seeds {
    private Seeds() {}

    /** The random numbers of a thing. */
    static SplittableRandom random(long seed, String name) {
        long mixed = seed;
        for (int i = 0; i < name.length(); i++) {
            mixed = new SplittableRandom(mixed ^ name.charAt(i)).nextLong();
        }
        return new SplittableRandom(mixed);
    }

    /** A number by which things can be put into a random order. */
    static long order(long seed, String name) {
        return random(seed, name).nextLong();
    }

    /** All things in a random order; those of one name keep theirs. */
    static <T> List<T> shuffled(List<T> things, long seed, Function<T, String> name) {
        record Placed<T>(T thing, long place) {}
        return things.stream()
                .map(thing -> new Placed<>(thing, order(seed, name.apply(thing))))
                .sorted(Comparator.comparingLong(Placed::place))
                .map(Placed::thing)
                .toList();
    }
}
