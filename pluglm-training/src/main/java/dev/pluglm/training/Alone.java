package dev.pluglm.training;

import org.bytedeco.pytorch.Tensor;

import java.util.Collection;

/** A run of one process: nothing to share. */
enum Alone implements Ensemble {
    INSTANCE;

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public Tensor sum(Tensor mine) {
        return mine;
    }

    @Override
    public double sum(double mine) {
        return mine;
    }

    @Override
    public void sumGradients(Collection<Tensor> weights) {}

    @Override
    public void broadcast(Tensor tensor, int root) {}

    @Override
    public void close() {}
}
