package dev.pluglm.pretraining;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.List;

/**
 * Canonical correlation analysis (Hotelling 1936) between what asks and what is asked for, with ridges: the directions
 * of the latter that the former tells most about, and what it tells of each, by linear regression.
 *
 * <p>All in fp64. Tensors belong to the scope that is open when they are made.
 */
final class CanonicalFit {
    private final Ridges ridges;
    private final Moments asked;
    private final Tensor directions; // [hidden, size], the best first

    /** What is added to the eigenvalues of the covariances of both sides, as shares of their mean. */
    record Ridges(double asking, double asked) {}

    /**
     * Fits.
     *
     * @param size how many directions; at most {@code hidden}
     * @param asked how all that could be asked for is spread
     * @param pairs each with {@code x} that asks and {@code y} that it asks for; several sets, whose {@code x} are
     *     different things, share the directions
     */
    CanonicalFit(int size, Ridges ridges, Moments asked, List<Moments> pairs) {
        this.ridges = ridges;
        this.asked = asked;
        Tensor white = inverseRoot(ridged(asked.covariance(), ridges.asked()));
        Tensor told = pairs.stream()
                .map(set -> inverseRoot(ridged(set.covariance(), ridges.asking())).matmul(set.covarianceXY())
                        .matmul(white))
                .map(m -> m.t().matmul(m)).reduce(Tensor::add).orElseThrow();
        Tensor ascending = torch.linalg_eigh(told).get1();
        directions = white.matmul(ascending.narrow(1, told.size(0) - size, size).flip(1));
    }

    /** From what is asked for to its coordinates, which have mean 0 and, but for the ridge, variance 1. */
    AffineMap keys() {
        return AffineMap.centred(directions, asked.mean());
    }

    /** From what asks to the coordinates that it leads to expect. */
    AffineMap expected(Moments pairs) {
        return AffineMap.centred(regression(pairs), pairs.mean());
    }

    /** The same, each coordinate scaled to variance 1. */
    AffineMap normalizedExpected(Moments pairs) {
        Tensor map = regression(pairs);
        Tensor variance = map.mul(pairs.covariance().matmul(map)).sum(0);
        return AffineMap.centred(map.div(variance.clamp_min(new Scalar(1e-12)).sqrt()), pairs.mean());
    }

    private Tensor regression(Moments pairs) {
        return pairs.regression(ridges.asking()).matmul(directions);
    }

    static Tensor ridged(Tensor covariance, double share) {
        Tensor ridge = covariance.trace().mul(new Scalar(share / covariance.size(0)));
        return covariance.add(torch.eye(covariance.size(0), covariance.options()).mul(ridge));
    }

    private static Tensor inverseRoot(Tensor symmetric) {
        var eigen = torch.linalg_eigh(symmetric);
        Tensor vectors = eigen.get1();
        return vectors.mul(eigen.get0().clamp_min(new Scalar(1e-12)).rsqrt()).matmul(vectors.t());
    }
}
