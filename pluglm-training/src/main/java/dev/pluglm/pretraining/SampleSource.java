package dev.pluglm.pretraining;

import java.util.Iterator;

/**
 * Samples to train on, in a seeded order that differs from epoch to epoch (SPEC 4).
 *
 * <p>A source is made with a seed. The same data, options, seed and epoch give the same samples in the same order, on
 * any machine and however many processes read them. Several epochs may be read at the same time, each by one thread.
 */
public interface SampleSource {

    /**
     * Identifies the samples by what they are made from (names, sizes and contents of the data, vocabulary, options),
     * but not the seed: a run that resumes checks that they are the same. What is read from disk while training is
     * looked at anew in each call.
     *
     * @return 64 hexadecimal digits, lower case
     * @throws dev.pluglm.problem.Problem if the data is not there any more
     */
    String fingerprint();

    /** Samples of an epoch, the same for each epoch; at least 1. */
    long size();

    /** Whether samples come with the spans that are worth guessing; {@link SalientMasking} needs them. */
    boolean knowsSpans();

    /** Whether samples come with a mask of their own; only {@link PublishedMasking} uses it. */
    boolean masked();

    /**
     * All samples of an epoch, each once, in their seeded order.
     *
     * @param epoch from 0
     */
    Epoch epoch(int epoch);

    /**
     * The samples of an epoch that are still to come. For one thread. {@link #next()} throws a
     * {@link dev.pluglm.problem.Problem} where the data is damaged or is not what it was when the source was opened.
     */
    interface Epoch extends Iterator<TrainingSample>, AutoCloseable {

        /**
         * Leaves out samples, much faster than reading them; what follows is the same.
         *
         * @param samples 0 .. as many as are left
         */
        void skip(long samples);

        @Override
        void close();
    }
}
