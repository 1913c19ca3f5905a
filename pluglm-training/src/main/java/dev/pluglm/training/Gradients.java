package dev.pluglm.training;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

import java.util.Collection;

/** What training does with the gradients of all weights together. Weights without a gradient are passed over. */
public final class Gradients {

    private Gradients() {}

    /**
     * The L2 norm of all gradients together; 0 if there are none. Infinite or not a number as soon as one gradient is,
     * and infinite where fp32 cannot hold the square of one (above 1.8e19).
     *
     * @param weights whose grad() is looked at; on one device
     */
    public static double norm(Collection<Tensor> weights) {
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            return Norms.together(weights.stream().map(Tensor::grad).filter(Tensor::defined).toList());
        }
    }

    /** Whether all gradients are finite. Whoever has the {@link #norm} already asks whether that is. */
    public static boolean finite(Collection<Tensor> weights) {
        return Double.isFinite(norm(weights));
    }

    /**
     * What to divide scaled gradients by, on top of the loss scale, so that their true norm is at most
     * {@code maxNorm} (SPEC 3, LAMB item 1).
     *
     * @param norm of the gradients as they are, loss scale included; finite
     * @param scale the loss scale
     * @param maxNorm the longest gradient without the loss scale; 0: no clipping
     * @return at least 1
     * @throws IllegalArgumentException if the norm is not finite, since that update is to be skipped, or the largest
     *     norm is below 0 or not finite
     */
    public static double clipDivisor(double norm, double scale, double maxNorm) {
        if (!(norm >= 0 && Double.isFinite(norm))) {
            throw new IllegalArgumentException("gradients with a norm of %s cannot be clipped".formatted(norm));
        }
        if (!(maxNorm >= 0 && Double.isFinite(maxNorm))) {
            throw new IllegalArgumentException(
                    "the largest gradient norm is %s, expected a number of at least 0".formatted(maxNorm));
        }
        double longest = scale * maxNorm;
        return maxNorm > 0 && norm > longest ? norm / longest : 1;
    }

    /**
     * Takes the gradients away, so that the next backward pass starts anew and a weight that it does not reach has
     * none. This is faster than filling them with zeros: that pass need not add to anything.
     */
    public static void zero(Collection<Tensor> weights) {
        try (Scope _ = Scope.open()) {
            weights.forEach(weight -> weight.mutable_grad().reset());
        }
    }
}
