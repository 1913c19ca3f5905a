package dev.pluglm.training;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.List;

/** L2 norms that are both fast and exact. */
final class Norms {

    private Norms() {}

    /**
     * The norm of a tensor, without dimensions, on its device. Call it in a scope.
     *
     * <p>Row by row: libtorch adds up all numbers of a CPU tensor in a few fp32 sums, which loses the fourth digit of
     * the norm of a large embedding table, and is 30 times slower in fp64.
     */
    static Tensor of(Tensor tensor) {
        return tensor.dim() > 1 ? tensor.norm(two(), -1).norm() : tensor.norm();
    }

    /** The norm of all numbers of some tensors together, fp64. Call it in a scope. */
    static double together(List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            return 0;
        }
        Tensor[] norms = tensors.stream().map(Norms::of).toArray(Tensor[]::new);
        return torch.stack(new TensorVector(norms)).norm(two(), ScalarType.Double).item_double();
    }

    private static ScalarOptional two() {
        return new ScalarOptional(new Scalar(2.0));
    }
}
