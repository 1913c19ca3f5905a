package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalises queries over the batch in training, and by the running statistics of training elsewhere.
 *
 * <p>A batch of one has no variance. The reference fails on it; here it is normalised by the running statistics, which
 * it leaves as they are.
 */
final class BatchNorm {
    private static final double EPS = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final Tensor weight; // [size]
    private final Tensor bias; // [size]
    private final Tensor runningMean; // [size]
    private final Tensor runningVariance; // [size]

    BatchNorm(Parameters.Group p, int size) {
        this.weight = p.constant("weight", 1, size);
        this.bias = p.constant("bias", 0, size);
        this.runningMean = p.statistics("running_mean", 0, size);
        this.runningVariance = p.statistics("running_var", 1, size);
    }

    /** {@code [batch, size] -> [batch, size]}. */
    Tensor forward(Tensor x, Pass pass) {
        if (pass.training() && pass.peers().count() > 1) {
            return together(x, pass.peers());
        }
        return forward(x, pass.training() && x.size(0) > 1);
    }

    private Tensor forward(Tensor x, boolean ofBatch) {
        return torch.batch_norm(
                x,
                new TensorOptional(weight),
                new TensorOptional(bias),
                new TensorOptional(runningMean),
                new TensorOptional(runningVariance),
                ofBatch,
                MOMENTUM,
                EPS,
                false);
    }

    /** By the mean and variance of the batch of all processes. */
    private Tensor together(Tensor x, Peers peers) {
        Tensor rows = peers.sum(Tensors.on(x.device(), Tensors.full(x.size(0), 1)));
        long count = Math.round(Tensors.floats(rows)[0]);
        if (count < 2) {
            return forward(x, false);
        }
        Tensor mean = peers.sum(x.sum(0)).div(new Scalar((double) count));
        Tensor centred = x.sub(mean);
        Tensor variance = peers.sum(centred.square().sum(0)).div(new Scalar((double) count));
        remember(mean, variance, count);
        return centred.mul(torch.rsqrt(variance.add(new Scalar(EPS)))).mul(weight).add(bias);
    }

    private void remember(Tensor mean, Tensor variance, long count) {
        try (NoGradGuard _ = new NoGradGuard()) {
            double unbiased = (double) count / (count - 1);
            runningMean.mul_(new Scalar(1 - MOMENTUM)).add_(mean, new Scalar(MOMENTUM));
            runningVariance.mul_(new Scalar(1 - MOMENTUM)).add_(variance, new Scalar(MOMENTUM * unbiased));
        }
    }
}
