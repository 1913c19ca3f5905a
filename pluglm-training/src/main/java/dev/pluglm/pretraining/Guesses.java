package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.Span;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** From chosen positions to masked samples, and choosing at random under a limit. */
final class Guesses {
    private Guesses() {}

    /** Replaces 80% of the chosen tokens by [MASK], 10% by any token of the vocabulary, and leaves 10% (SPEC 4). */
    static MaskedSample replace(TrainingSample sample, int[] positions, Pieces pieces, SplittableRandom random) {
        int[] ids = sample.ids().clone();
        for (int position : positions) {
            double draw = random.nextDouble();
            if (draw < 0.8) {
                ids[position] = pieces.mask();
            } else if (draw < 0.9) {
                ids[position] = random.nextInt(pieces.size());
            }
        }
        return masked(sample, positions, ids);
    }

    /** Replaces all of the chosen tokens by [MASK]. */
    static MaskedSample hide(TrainingSample sample, int[] positions, Pieces pieces) {
        int[] ids = sample.ids().clone();
        for (int position : positions) {
            ids[position] = pieces.mask();
        }
        return masked(sample, positions, ids);
    }

    private static MaskedSample masked(TrainingSample sample, int[] positions, int[] ids) {
        int[] labels = new int[positions.length];
        Arrays.setAll(labels, i -> sample.ids()[positions[i]]);
        return new MaskedSample(ids, sample.types(), positions, labels, sample.ids());
    }

    /** Each candidate with a probability; where that is none and one is wanted, any of them. */
    static <T> List<T> choose(List<T> candidates, double probability, boolean atLeastOne, SplittableRandom random) {
        List<T> chosen = new ArrayList<>();
        for (T candidate : candidates) {
            if (random.nextDouble() < probability) {
                chosen.add(candidate);
            }
        }
        if (chosen.isEmpty() && atLeastOne && !candidates.isEmpty()) {
            chosen.add(candidates.get(random.nextInt(candidates.size())));
        }
        return chosen;
    }

    /**
     * The positions of chosen spans; where they are more than allowed, of as many as fit when taken in a random order,
     * and of the shortest if none fits.
     */
    static int[] positions(List<Span> chosen, int most, SplittableRandom random) {
        List<Span> kept = chosen;
        if (chosen.stream().mapToLong(Span::length).sum() > most) {
            List<Span> shuffled = new ArrayList<>(chosen);
            for (int i = shuffled.size() - 1; i > 0; i--) {
                Collections.swap(shuffled, i, random.nextInt(i + 1));
            }
            kept = new ArrayList<>();
            int room = most;
            for (Span span : shuffled) {
                if (span.length() <= room) {
                    kept.add(span);
                    room -= span.length();
                }
            }
            if (kept.isEmpty()) {
                kept.add(Collections.min(shuffled, Comparator.comparingInt(Span::length)));
            }
        }
        return kept.stream().flatMapToInt(span -> IntStream.range(span.from(), span.to())).sorted()
                .toArray();
    }
}
