package dev.pluglm.pretraining;

import dev.pluglm.problem.Problem;

/**
 * How the samples of an update are dealt out. Which samples an update has, and their masks, depends on seed, global
 * batch and pool only, not on the number of ranks and micro-batches.
 *
 * @param seed of the masks
 * @param globalBatch samples of an update, over all ranks; divisible by microBatches x world
 * @param microBatches of an update, on each rank
 * @param rank which process this is, 0 .. world - 1
 * @param world number of processes
 * @param pool updates whose samples are sorted by length together, so that samples of an update have like lengths (as
 *     LDDL's bins have); 1 sorts within the update only
 */
public record BatchPlan(long seed, int globalBatch, int microBatches, int rank, int world, int pool) {
    private static final int LARGEST_POOL = 1 << 24;

    public BatchPlan {
        if (globalBatch < 1 || microBatches < 1 || world < 1 || pool < 1) {
            throw Problem.of("a batch of %d samples in %d micro-batches on %d processes, lengths sorted over %d "
                    + "updates; expected 1 or more of each", globalBatch, microBatches, world, pool);
        }
        if (rank < 0 || rank >= world) {
            throw Problem.of("process number %d of %d; expected 0 to %d", rank, world, world - 1);
        }
        if (globalBatch % ((long) microBatches * world) != 0) {
            throw Problem.of("a batch of %d samples cannot be dealt out to %d micro-batches on each of %d processes; "
                    + "expected a multiple of %d", globalBatch, microBatches, world, (long) microBatches * world);
        }
        if ((long) globalBatch * pool > LARGEST_POOL) {
            throw Problem.of("lengths of %d samples x %d updates are to be sorted together; expected at most %d "
                    + "samples", globalBatch, pool, LARGEST_POOL);
        }
    }

    /** Samples of a micro-batch. */
    int microBatch() {
        return globalBatch / (microBatches * world);
    }
}
