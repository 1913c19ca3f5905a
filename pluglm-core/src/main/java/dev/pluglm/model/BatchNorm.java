package dev.pluglm.model;

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
    Tensor forward(Tensor x, boolean training) {
        return torch.batch_norm(
                x,
                new TensorOptional(weight),
                new TensorOptional(bias),
                new TensorOptional(runningMean),
                new TensorOptional(runningVariance),
                training && x.size(0) > 1,
                MOMENTUM,
                EPS,
                false);
    }
}
