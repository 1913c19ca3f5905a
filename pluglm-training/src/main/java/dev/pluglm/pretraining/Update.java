package dev.pluglm.pretraining;

import java.util.List;

/**
 * The data of one update of the weights: what this rank computes, and what is needed to weight it.
 *
 * @param number of the update, from 0, across epochs
 * @param epoch the epoch that its last sample belongs to, from 0
 * @param microBatches of this rank, all of the same number of samples
 * @param maskedTokens tokens to guess in the micro-batches of all ranks together, at least 1: the sum of their losses
 *     divided by this is the loss of the update
 * @param tokens tokens in the micro-batches of all ranks together, without padding
 */
public record Update(long number, int epoch, List<MicroBatch> microBatches, long maskedTokens, long tokens) {

    public Update {
        microBatches = List.copyOf(microBatches);
    }
}
