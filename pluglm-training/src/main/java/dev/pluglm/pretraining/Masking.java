package dev.pluglm.pretraining;

import java.util.SplittableRandom;

/**
 * Chooses what a model has to guess. Special tokens ({@code [CLS]}, {@code [SEP]}, {@code [PAD]}, {@code [UNK]},
 * {@code [MASK]}) are never chosen. Immutable, so safe for use by several threads.
 */
public sealed interface Masking permits PublishedMasking, WholeWordMasking, SalientMasking {

    /**
     * Masks a sample. Depends on nothing but the sample and the random numbers.
     *
     * <p>A sample of special tokens only (a text of emoji that the vocabulary lacks) comes back with no masked token;
     * so does any sample now and then if the options allow it. Losses have to be weighted by masked token, then such a
     * sample does no harm (SPEC 3: a mean over none is NaN).
     */
    MaskedSample mask(TrainingSample sample, SplittableRandom random);

    /**
     * Checks that this is possible with the samples of a source.
     *
     * @throws dev.pluglm.problem.Problem if it is not
     */
    void check(SampleSource source);
}
