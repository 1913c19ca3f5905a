package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@code x Wᵀ + b}, computed in the number format of the weights; takes and gives fp32. */
final class Linear {
    private final Tensor weight; // [out, in]
    private final Tensor bias; // [out]

    Linear(Parameters.Group p, int in, int out) {
        this(p.matrix(out, in), p.bias(out));
    }

    Linear(Tensor weight, Tensor bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** The reference leaves the first matrix of a memory layer's feed-forward block at PyTorch's own start. */
    static Linear evenlyDrawn(Parameters.Group p, int in, int out) {
        double bound = 1 / Math.sqrt(in);
        return new Linear(p.evenMatrix(bound, out, in), p.evenBias(bound, out));
    }

    /** {@code [..., in] -> [..., out]}. */
    Tensor forward(Tensor x) {
        if (weight.scalar_type() == ScalarType.Float) {
            return torch.linear(x, weight, bias);
        }
        return torch.linear(x.to(weight.scalar_type()), weight, bias).to(ScalarType.Float);
    }
}
