package dev.pluglm.training;

import dev.pluglm.problem.Problem;

import org.bytedeco.pytorch.Tensor;

import java.util.Map;

/**
 * Changes weights by their gradients.
 *
 * <p>Both kinds count updates once for all weights, and leave a weight alone that has no gradient in an update. They do
 * not look whether gradients are finite: skip the update where {@link Gradients#finite} says no.
 */
public sealed interface Optimizer extends AutoCloseable permits AdamBased {

    /**
     * One update. Gradients lie in the weights' grad(); weights without one are left alone. What grad() holds
     * afterwards is of no use: clear it with {@link Gradients#zero}.
     *
     * @param learningRate of this update, at least 0 and finite
     * @param gradientScale the gradients are divided by this before use (loss scale x clip divisor: any positive finite
     *     number)
     * @throws IllegalArgumentException if a number is out of its range; nothing has changed then
     */
    void step(double learningRate, double gradientScale);

    /**
     * State by name for a checkpoint: "exp_avg/&lt;weight name&gt;" and "exp_avg_sq/&lt;weight name&gt;", fp32, shaped
     * like the weight, on its device; live tensors, not copies.
     */
    Map<String, Tensor> state();

    /** What kind it is, as configurations and checkpoints name it. */
    String name();

    /** Updates made so far (LAMB's and Adam's t). */
    long steps();

    /**
     * Goes on from a saved state, which is copied.
     *
     * @throws Problem if names, shapes or number types do not fit; nothing has changed then
     */
    void restore(Map<String, Tensor> state, long steps);

    /** Frees the state, not the weights. */
    @Override
    void close();
}
