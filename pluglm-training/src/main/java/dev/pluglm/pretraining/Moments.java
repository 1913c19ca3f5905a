package dev.pluglm.pretraining;

import dev.pluglm.model.Peers;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Means and covariances of pairs of vectors, in fp64, from sums that grow in memory of fixed size. */
final class Moments {
    private final Tensor count; // [1]
    private final Tensor x; // [n]
    private final Tensor y; // [m]
    private final Tensor xx; // [n, n]
    private final Tensor xy; // [n, m]

    private Moments(Tensor count, Tensor x, Tensor y, Tensor xx, Tensor xy) {
        this.count = count;
        this.x = x;
        this.y = y;
        this.xx = xx;
        this.xy = xy;
    }

    /** Of no pairs yet; lives as long as the scope that is open now. */
    static Moments none(long n, long m) {
        return new Moments(zeros(1), zeros(n), zeros(m), zeros(n, n), zeros(n, m));
    }

    private static Tensor zeros(long... shape) {
        return torch.zeros(shape, new TensorOptions(ScalarType.Double));
    }

    /** Adds pairs, {@code [pairs, n]} and {@code [pairs, m]}. */
    void add(Tensor xs, Tensor ys) {
        try (Scope _ = Scope.open()) {
            Tensor here = xs.to(x.device(), ScalarType.Double);
            Tensor there = ys.to(x.device(), ScalarType.Double);
            count.add_(new Scalar((double) xs.size(0)));
            x.add_(here.sum(0));
            y.add_(there.sum(0));
            xx.add_(here.t().matmul(here));
            xy.add_(here.t().matmul(there));
        }
    }

    /** Adds vectors of which only {@code x} matters. */
    void add(Tensor xs) {
        add(xs, xs);
    }

    /** Those of all processes. */
    Moments together(Peers peers) {
        return new Moments(peers.sum(count), peers.sum(x), peers.sum(y), peers.sum(xx), peers.sum(xy));
    }

    long count() {
        return Math.round(count.item_double());
    }

    /** Of {@code x}. */
    Tensor mean() {
        return x.div(count);
    }

    Tensor meanY() {
        return y.div(count);
    }

    /** Of {@code x}. */
    Tensor covariance() {
        return xx.div(count).sub(torch.outer(mean(), mean()));
    }

    Tensor covarianceXY() {
        return xy.div(count).sub(torch.outer(mean(), meanY()));
    }

    /**
     * From centred {@code x} to centred {@code y}, {@code [n, m]}.
     *
     * @param ridge added to the eigenvalues of {@code x}'s covariance, as a share of their mean
     */
    Tensor regression(double ridge) {
        return CanonicalFit.ridged(covariance(), ridge).inverse().matmul(covarianceXY());
    }
}
