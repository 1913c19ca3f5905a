package dev.pluglm.model;

import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Normalises each hidden state to mean 0 and variance 1, then scales and shifts it. */
final class LayerNorm {
    final Tensor weight; // [size]
    final Tensor bias; // [size]
    private final double eps;

    LayerNorm(Parameters.Group p, int size, double eps) {
        this.weight = p.constant("weight", 1, size);
        this.bias = p.constant("bias", 0, size);
        this.eps = eps;
    }

    /** {@code [..., size] -> [..., size]}. */
    Tensor forward(Tensor x) {
        long[] size = {weight.size(0)};
        return torch.layer_norm(x, size, new TensorOptional(weight), new TensorOptional(bias), eps, true);
    }

    /** The same, and for each state its mean and 1/σ, {@code [..., 1]}. */
    T_TensorTensorTensor_T withStatistics(Tensor x) {
        long[] size = {weight.size(0)};
        return torch.native_layer_norm(x, size, new TensorOptional(weight), new TensorOptional(bias), eps);
    }
}
