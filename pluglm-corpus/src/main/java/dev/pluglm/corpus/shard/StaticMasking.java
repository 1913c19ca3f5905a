package dev.pluglm.corpus.shard;

import dev.pluglm.text.Vocabulary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Masks a sample once and for all: 80% [MASK], 10% any piece of the vocabulary, 10% left as it is (SPEC 4). */
final class StaticMasking {
    private final Vocabulary vocabulary;
    private final double ratio;
    private final SplittableRandom random;

    StaticMasking(Vocabulary vocabulary, double ratio, SplittableRandom random) {
        this.vocabulary = vocabulary;
        this.ratio = ratio;
        this.random = random;
    }

    Sample mask(Sample sample) {
        List<String> a = new ArrayList<>(sample.a());
        List<String> b = new ArrayList<>(sample.b());
        int candidates = a.size() + b.size();
        // Of all tokens, special ones included, but only the others can be masked; rint rounds half to even.
        int count = (int) Math.min(candidates, Math.max(1, Math.rint(ratio * sample.numTokens())));
        int[] chosen = choose(candidates, count);
        List<Integer> positions = new ArrayList<>(count);
        List<String> labels = new ArrayList<>(count);
        for (int candidate : chosen) {
            boolean inA = candidate < a.size();
            List<String> segment = inA ? a : b;
            int index = inA ? candidate : candidate - a.size();
            positions.add(candidate + (inA ? 1 : 2));
            labels.add(segment.get(index));
            double draw = random.nextDouble();
            if (draw < 0.8) {
                segment.set(index, vocabulary.token(vocabulary.mask()));
            } else if (draw < 0.9) {
                segment.set(index, vocabulary.token(random.nextInt(vocabulary.size())));
            }
        }
        Sample.Mask mask = new Sample.Mask(positions, labels);
        return new Sample(a, b, sample.randomNext(), sample.numTokens(), Optional.of(mask));
    }

    /** Some of 0 .. candidates - 1, each as likely as the others, ascending. */
    private int[] choose(int candidates, int count) {
        int[] all = new int[candidates];
        Arrays.setAll(all, i -> i);
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i, candidates);
            int swapped = all[i];
            all[i] = all[other];
            all[other] = swapped;
        }
        int[] chosen = Arrays.copyOf(all, count);
        Arrays.sort(chosen);
        return chosen;
    }
}
