package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.function.BiFunction;
import java.util.function.Supplier;

/** {@code x Wᵀ + b}, computed in the number format of the weights. */
final class Linear {
    /** Bound while rows have to be treated alike. */
    private static final ScopedValue<Boolean> ROWS_ALIKE = ScopedValue.newInstance();

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
    private static final int ROWS = 256;

    /** The reference leaves the first matrix of a memory layer's feed-forward block at PyTorch's own start. */
    static Linear evenlyDrawn(Parameters.Group p, int in, int out) {
        double bound = 1 / Math.sqrt(in);
        return new Linear(p.evenMatrix(bound, out, in), p.evenBias(bound, out));
    }

    /** {@code [..., in] -> [..., out]}, fp32 whatever the weights are. */
    Tensor forward(Tensor x) {
        return product(x).to(ScalarType.Float);
    }

    /** The same in the number format of the weights, for what is computed in that format too. */
    Tensor product(Tensor x) {
        return ROWS_ALIKE.isBound() && Kernels.ONE_DNN_IS_BETTER && weight.is_cpu()
                        && weight.scalar_type().intern() == ScalarType.Float
                ? torch.mkldnn_linear(x.contiguous().to_mkldnn(), weight, new TensorOptional(bias)).to_dense()
                : torch.linear(inFormat(x), weight, bias);
    }

    /**
     * Computes something in which, on the CPU, a row of a matrix comes out the same to the last bit wherever in a matrix of a
     * certain size it stands. OpenBLAS sees to that with its kernels for AVX-512; in place of the others oneDNN multiplies
     * where this libtorch has it, without gradients.
     */
    static <T> T treatingRowsAlike(Supplier<T> computation) {
        return ScopedValue.where(ROWS_ALIKE, true).call(computation::get);
    }

    /** What OpenBLAS multiplies with here. */
    private static final class Kernels {

        static final boolean ONE_DNN_IS_BETTER = torch.hasMKLDNN() && !treatRowsAlike();

        /** Found out by a product of 48 rows that are the same. */
        private static boolean treatRowsAlike() {
            try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
                Tensor row = torch.arange(new Scalar(64)).to(ScalarType.Float).sin_();
                Tensor weight = torch.arange(new Scalar(48 * 64)).to(ScalarType.Float).cos_().view(48, 64);
                Tensor products = torch.linear(row.expand(48, 64).contiguous(), weight);
                return torch.equal(products, products.select(0, 0).expand(48, 48));
            }
        }
    }

    /** {@code [out]}. */
    Tensor bias() {
        return bias;
    }

    /** {@code x} in the number format of the weights: worth doing once for several products. */
    Tensor inFormat(Tensor x) {
        return x.to(weight.scalar_type());
    }

    /**
     * The same for the rows of a matrix, {@code [n, in] -> [n, out]}, each of which comes out the same to the last bit
     * whichever others there are. (Small and large matrices are multiplied in different ways; here the size is fixed.)
     */
    Tensor rowByRow(Tensor x) {
        return rowByRow(x.size(0), (from, rows) -> x.narrow(0, from, rows));
    }

    /** The same for some rows of a matrix, {@code index [n]}. */
    Tensor rowByRow(Tensor x, Tensor index) {
        return rowByRow(index.size(0), (from, rows) -> torch.index_select(x, 0, index.narrow(0, from, rows)));
    }

    private Tensor rowByRow(long count, BiFunction<Long, Long, Tensor> block) {
        Tensor all = torch.empty(new long[] {count, weight.size(0)}, weight.options(), new MemoryFormatOptional());
        for (long from = 0; from < count; from += ROWS) {
            try (Scope _ = Scope.open()) {
                long rows = Math.min(ROWS, count - from);
                Tensor x = block.apply(from, rows);
                Tensor whole = rows == ROWS ? x : torch.constant_pad_nd(x, 0, 0, 0, ROWS - rows);
                all.narrow(0, from, rows).copy_(treatingRowsAlike(() -> forward(whole)).narrow(0, 0, rows));
            }
        }
        return all;
    }
}
