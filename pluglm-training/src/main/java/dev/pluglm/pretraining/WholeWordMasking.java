package dev.pluglm.pretraining;

import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.util.SplittableRandom;

/**
 * Masks whole words: each word with a probability, all its pieces; of the pieces 80% are replaced by {@code [MASK]},
 * 10% by any token of the vocabulary, and 10% are left as they are, as in BERT's whole word masking.
 */
public final class WholeWordMasking implements Masking {
    private final Pieces pieces;
    private final MaskingOptions options;

    /** @param vocabulary the one that the samples' ids come from */
    public WholeWordMasking(Vocabulary vocabulary, MaskingOptions options) {
        this.pieces = new Pieces(vocabulary);
        this.options = options;
    }

    @Override
    public MaskedSample mask(TrainingSample sample, SplittableRandom random) {
        var chosen = Guesses.choose(pieces.words(sample.ids()), options.probability(), options.atLeastOne(), random);
        int[] positions = Guesses.positions(chosen, options.maxMasked(), random);
        return Guesses.replace(sample, positions, pieces, random);
    }

    @Override
    public void check(SampleSource source) {
        refuseMasked(source, "whole words");
    }

    static void refuseMasked(SampleSource source, String what) {
        if (source.masked()) {
            throw Problem.of("%s cannot be masked in shards that are masked already; mask as published, or make shards "
                    + "without a mask", what);
        }
    }
}
