package dev.pluglm.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.Optional;

/**
 * Which tokens of a batch are real.
 *
 * @param real {@code [batch, length]} fp32, 1 for real tokens and 0 for padding
 * @param additive {@code [batch, 1, 1, length]} fp32, 0 for real tokens and -10000 for padding: added to scores; empty
 *     where all tokens are real
 */
record Mask(Tensor real, Optional<Tensor> additive) {

    /** Large enough that the softmax of a padded place is exactly 0 beside any real one. */
    static final double AWAY = -10000;

    /** From a mask of ones and zeros, {@code [batch, length]} of any type. */
    static Mask of(Tensor ones) {
        Tensor real = ones.to(ScalarType.Float);
        boolean all = real.all().item_bool();
        return new Mask(real, all ? Optional.empty() : Optional.of(away(real).unsqueeze(1).unsqueeze(1)));
    }

    /** 0 where {@code real} is 1, and {@link #AWAY} where it is 0. */
    static Tensor away(Tensor real) {
        return real.sub(new Scalar(1.0)).mul_(new Scalar(-AWAY));
    }
}
