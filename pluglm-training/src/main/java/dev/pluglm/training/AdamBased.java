package dev.pluglm.training;

import org.bytedeco.pytorch.Tensor;

import java.util.Map;

/** What optimizers share that step by Adam's moments: the moments, and what comes of them from run to run. */
abstract sealed class AdamBased implements Optimizer permits AdamW, Lamb {
    final FusedAdam adam;
    final Moments moments;
    final double decay;

    /**
     * @param weights fp32, by name; on one device
     * @param decay at least 0
     * @param beta1 how much of the average gradient stays in an update, at least 0, below 1
     * @param beta2 how much of the average squared gradient stays, at least 0, below 1
     * @param eps added to the root of the average squared gradient, at least 0
     * @throws IllegalArgumentException if a number is out of its range or a weight is not fp32
     */
    AdamBased(Map<String, Tensor> weights, double decay, double beta1, double beta2, double eps) {
        this.decay = Moments.requireDecay(decay);
        this.adam = FusedAdam.of(beta1, beta2, eps);
        this.moments = new Moments(weights);
    }

    @Override
    public final Map<String, Tensor> state() {
        return moments.state();
    }

    @Override
    public final long steps() {
        return moments.steps();
    }

    @Override
    public final void restore(Map<String, Tensor> state, long steps) {
        moments.restore(state, steps);
    }

    @Override
    public void close() {
        moments.close();
        adam.close();
    }
}
