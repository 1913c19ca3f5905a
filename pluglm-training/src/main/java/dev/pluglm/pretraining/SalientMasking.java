package dev.pluglm.pretraining;

import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.util.SplittableRandom;

/**
 * Masks what a memory can help with: names, numbers and dates, all pieces of a span replaced by {@code [MASK]}. A
 * sample without such a span is masked by whole words instead.
 */
public final class SalientMasking implements Masking {
    private final Pieces pieces;
    private final MaskingOptions options;
    private final double share;
    private final WholeWordMasking otherwise;

    /**
     * @param vocabulary the one that the samples' ids come from
     * @param options the probability is that of whole words, where a sample has no span
     * @param share of a sample's spans that is masked, 0 .. 1, at least one; so 0 is exactly one span
     */
    public SalientMasking(Vocabulary vocabulary, MaskingOptions options, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share is %s; expected 0 to 1".formatted(share));
        }
        this.pieces = new Pieces(vocabulary);
        this.options = options;
        this.share = share;
        this.otherwise = new WholeWordMasking(vocabulary, options);
    }

    @Override
    public MaskedSample mask(TrainingSample sample, SplittableRandom random) {
        if (sample.spans().isEmpty()) {
            return otherwise.mask(sample, random);
        }
        var chosen = Guesses.choose(sample.spans(), share, true, random);
        return Guesses.hide(sample, Guesses.positions(chosen, options.maxMasked(), random), pieces);
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
