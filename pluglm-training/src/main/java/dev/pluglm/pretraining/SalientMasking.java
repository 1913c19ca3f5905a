package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Masks what a memory can help with: names, numbers and dates, all pieces of a span replaced by {@code [MASK]}. A span
 * whose pieces all stand elsewhere in the sample is left out: a model could copy it from there, and learns to give
 * words of the question as answers. A sample without a span is masked by whole words instead, and so is a share of all
 * others, from which a model can learn where a memory does not help.
 */
public final class SalientMasking implements Masking {
    private final Pieces pieces;
    private final MaskingOptions options;
    private final double share;
    private final double ordinary;
    private final WholeWordMasking otherwise;

    /**
     * @param vocabulary the one that the samples' ids come from
     * @param options the probability is that of whole words, where those are masked
     * @param share of a sample's spans that is masked, 0 .. 1, at least one; so 0 is exactly one span
     * @param ordinary the share of samples, 0 .. 1, that are masked by whole words whether they have spans or not
     */
    public SalientMasking(Vocabulary vocabulary, MaskingOptions options, double share, double ordinary) {
        require("share", share);
        require("ordinary", ordinary);
        this.pieces = new Pieces(vocabulary);
        this.options = options;
        this.share = share;
        this.ordinary = ordinary;
        this.otherwise = new WholeWordMasking(vocabulary, options);
    }

    private static void require(String name, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("%s is %s; expected 0 to 1".formatted(name, share));
        }
    }

    @Override
    public MaskedSample mask(TrainingSample sample, SplittableRandom random) {
        List<Span> spans = sample.spans().stream().filter(span -> !standsElsewhere(sample.ids(), span)).toList();
        if (spans.isEmpty() || ordinary > 0 && random.nextDouble() < ordinary) {
            return otherwise.mask(sample, random);
        }
        List<Span> chosen = Guesses.choose(spans, share, true, random);
        return Guesses.hide(sample, Guesses.positions(chosen, options.maxMasked(), random), pieces);
    }

    private static boolean standsElsewhere(int[] ids, Span span) {
        return IntStream.range(span.from(), span.to()).allMatch(own -> IntStream.range(0, ids.length)
                .anyMatch(at -> (at < span.from() || at >= span.to()) && ids[at] == ids[own]));
    }

    @Override
    public void check(SampleSource source) {
        if (!source.knowsSpans()) {
            throw new Problem("names and numbers cannot be masked in shards: their lower-case pieces do not tell what "
                    + "is a name; train on text, or mask whole words");
        }
        WholeWordMasking.refuseMasked(source, "names and numbers");
    }
}
