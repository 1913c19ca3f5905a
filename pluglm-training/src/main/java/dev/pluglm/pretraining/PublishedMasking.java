package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.FixedMask;
import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.text.Vocabulary;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The reference's masking (SPEC 4): each token by itself with a probability, 80% of them replaced by {@code [MASK]},
 * 10% by any token of the vocabulary, 10% left as they are. A mask that a sample brings along is used as it is.
 */
public final class PublishedMasking implements Masking {
    private final Pieces pieces;
    private final MaskingOptions options;

    /** @param vocabulary the one that the samples' ids come from */
    public PublishedMasking(Vocabulary vocabulary, MaskingOptions options) {
        this.pieces = new Pieces(vocabulary);
        this.options = options;
    }

    @Override
    public MaskedSample mask(TrainingSample sample, SplittableRandom random) {
        if (sample.mask().isPresent()) {
            return asItIs(sample, sample.mask().get());
        }
        List<Span> tokens = new ArrayList<>();
        for (int position : pieces.maskable(sample.ids())) {
            tokens.add(new Span(position, position + 1));
        }
        List<Span> chosen = Guesses.choose(tokens, options.probability(), options.atLeastOne(), random);
        int[] positions = Guesses.positions(chosen, options.maxMasked(), random);
        return Guesses.replace(sample, positions, pieces, random);
    }

    private static MaskedSample asItIs(TrainingSample sample, FixedMask mask) {
        int[] original = sample.ids().clone();
        for (int i = 0; i < mask.positions().length; i++) {
            original[mask.positions()[i]] = mask.labels()[i];
        }
        return new MaskedSample(sample.ids(), sample.types(), mask.positions(), mask.labels(), original);
    }

    @Override
    public void check(SampleSource source) {
        // Takes any sample.
    }
}
