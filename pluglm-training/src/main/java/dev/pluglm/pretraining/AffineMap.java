package dev.pluglm.pretraining;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a linear layer computes: {@code x weightᵀ + bias}.
 *
 * @param weight {@code [out, in]}, fp64
 * @param bias {@code [out]}, fp64
 */
record AffineMap(Tensor weight, Tensor bias) {

    /** {@code (x - mean) directions}, of directions {@code [in, out]}. */
    static AffineMap centred(Tensor directions, Tensor mean) {
        return new AffineMap(directions.t(), mean.matmul(directions).neg());
    }

    /** {@code x - mean}. */
    static AffineMap shifted(Tensor mean) {
        return centred(torch.eye(mean.size(0), mean.options()), mean);
    }

    /** {@code x factor}, of {@code size} numbers. */
    static AffineMap scaled(int size, double factor) {
        return new AffineMap(torch.eye(size).to(ScalarType.Double).mul(new Scalar(factor)),
                torch.zeros(size).to(ScalarType.Double));
    }

    /** Some of the outputs, {@code [out]} int64, times a number. */
    AffineMap outputs(Tensor chosen, double factor) {
        return new AffineMap(torch.index_select(weight, 0, chosen).mul(new Scalar(factor)),
                torch.index_select(bias, 0, chosen).mul(new Scalar(factor)));
    }

    Tensor apply(Tensor x) {
        return x.matmul(weight.t()).add(bias);
    }
}
