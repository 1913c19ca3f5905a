package dev.pluglm.training;

import dev.pluglm.model.Peers;

import org.bytedeco.pytorch.Tensor;

import java.util.Collection;

/**
 * The processes of a run, each with a number (its rank) from 0 to {@link #count} - 1. All of them call the same methods
 * in the same order.
 */
public interface Ensemble extends Peers, AutoCloseable {

    /** The number of this process. */
    int rank();

    /** Replaces the gradients of these weights by their sums over all processes. */
    void sumGradients(Collection<Tensor> weights);

    /** Replaces a tensor by the one of process {@code root}. */
    void broadcast(Tensor tensor, int root);

    /** The sum of a number over all processes. */
    double sum(double mine);

    /** Whether this process speaks for all: writes files and shows progress. */
    default boolean isFirst() {
        return rank() == 0;
    }

    @Override
    void close();

    /** A run of one process. */
    static Ensemble alone() {
        return Alone.INSTANCE;
    }
}
