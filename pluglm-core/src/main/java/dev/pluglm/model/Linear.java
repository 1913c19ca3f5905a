package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@code x Wᵀ + b}, computed in the number format of the weights; takes and gives fp32. */
final class Linear {
    final Tensor weight; // [out, in]
    final Tensor bias; // [out]

    Linear(Parameters.Group p, int in, int out) {
        this(p.matrix(out, in), p.bias(out));
    }

    Linear(Tensor weight, Tensor bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** Rows that are multiplied at once where it must not matter how many there are. */
    private static final int ROWS = 128;

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

    /**
     * The same for the rows of a matrix, {@code [n, in] -> [n, out]}, each of which comes out the same to the last bit
     * whichever others there are. (Small and large matrices are multiplied in different ways; here the size is fixed.)
     */
    Tensor rowByRow(Tensor x) {
        long count = x.size(0);
        Tensor all = torch.empty(new long[] {count, weight.size(0)}, x.options(), new MemoryFormatOptional());
        for (long from = 0; from < count; from += ROWS) {
            try (Scope _ = Scope.open()) {
                long filled = Math.min(ROWS, count - from);
                Tensor block = x.narrow(0, from, filled);
                if (filled < ROWS) {
                    block = torch.constant_pad_nd(block, 0, 0, 0, ROWS - filled);
                }
                all.narrow(0, from, filled).copy_(forward(block).narrow(0, 0, filled));
            }
        }
        return all;
    }
}
