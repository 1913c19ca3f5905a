package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Sets a part of the numbers to 0 in training and scales up the others, so that the expectation of each stays what it
 * was (<a href="https://jmlr.org/papers/v15/srivastava14a.html">Srivastava et al. 2014</a>).
 *
 * <p>On the CPU, libtorch draws the random numbers one by one, which took a fifth of a training step. There the masks
 * are a {@link DropoutMask}, whose seed comes from libtorch's generator: {@code torch.manual_seed} decides about them as
 * about everything else that is random.
 */
final class Dropout {
    private final double probability;

    /** @param probability of a number to be set to 0, 0 to 1 */
    Dropout(double probability) {
        this.probability = probability;
    }

    /** {@code x} itself, or in training a tensor of its own. */
    Tensor of(Tensor x, boolean training) {
        if (!isOn(training)) {
            return x;
        }
        return x.is_cpu() ? x.mul(mask(x)) : torch.dropout(x, probability, true);
    }

    /** What is left of {@code x}, which is the caller's to change, and {@code residual} added to it. */
    Tensor plus(Tensor x, Tensor residual, boolean training) {
        if (isOn(training) && x.is_cpu() && x.scalar_type().intern() == residual.scalar_type().intern()) {
            return torch.addcmul(residual, x, mask(x));
        }
        return of(x, training).add_(residual);
    }

    private boolean isOn(boolean training) {
        return training && probability > 0;
    }

    /** 0 or the scale, shaped like {@code x} and in its format. */
    private Tensor mask(Tensor x) {
        try (NoGradGuard _ = new NoGradGuard()) {
            Tensor mask = torch.empty_like(x);
            long seed = torch.randint(Long.MAX_VALUE, new long[] {1}).item_long();
            DropoutMask.of(probability, x.scalar_type()).fill(Tensors.bytes(mask), seed);
            return mask;
        }
    }
}
