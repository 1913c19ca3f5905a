package dev.pluglm.training;

import org.bytedeco.pytorch.Tensor;

/** One update's share of work of this process, cut into micro-batches that are small enough to compute at once. */
public interface Work {

    /** How many micro-batches there are, at least 1; the same in every process. */
    int microBatches();

    /**
     * What the sum of all losses is divided by: how many tokens or samples are predicted in this update, by all
     * processes and in all micro-batches together; above 0.
     */
    double weight();

    /** Tokens that this process computes, without padding: what the rate of training is counted in. */
    long tokens();

    /**
     * Computes a micro-batch.
     *
     * @return the <em>sum</em> of its losses, a scalar with gradients
     */
    Tensor loss(int microBatch);
}
