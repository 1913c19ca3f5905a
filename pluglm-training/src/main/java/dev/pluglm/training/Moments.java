package dev.pluglm.training;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The state of Adam and what grew out of it: a running average of each gradient and of its square, and a count. */
final class Moments implements AutoCloseable {

    private static final String AVERAGE = "exp_avg/";
    private static final String SQUARE = "exp_avg_sq/";

    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private long steps;

    /** A weight that an update changes, by its gradient, and what is kept about it; all shaped and laid out alike. */
    record Update(String name, Tensor weight, Tensor gradient, Tensor average, Tensor squareAverage) {

        /** The same on another tensor in place of the weight. */
        Update on(Tensor other) {
            return new Update(name, other, gradient, average, squareAverage);
        }
    }

    /** @throws IllegalArgumentException if a weight is not fp32 */
    Moments(Map<String, Tensor> weights) {
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            weights.forEach((name, weight) -> {
                if (!isFp32(weight)) {
                    throw new IllegalArgumentException("weight %s is %s, optimizers change fp32 weights only"
                            .formatted(name, weight.scalar_type()));
                }
            });
            weights.forEach((name, weight) -> {
                // Handles of our own: the caller may close its map of weights before this.
                this.weights.put(name, Scope.keep(new Tensor(weight)));
                state.put(AVERAGE + name, Scope.keep(torch.zeros_like(weight)));
                state.put(SQUARE + name, Scope.keep(torch.zeros_like(weight)));
            });
        }
    }

    Map<String, Tensor> state() {
        return Collections.unmodifiableMap(state);
    }

    long steps() {
        return steps;
    }

    /**
     * Counts an update and runs it, on the weights that have gradients, without recording it for a backward pass.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    void update(double learningRate, double gradientScale, BiConsumer<List<Update>, FusedAdam.Step> work) {
        requireStep(learningRate, gradientScale);
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            List<Update> updates = updates();
            steps++;
            if (!updates.isEmpty()) {
                work.accept(updates, FusedAdam.Step.of(steps, gradientScale, updates.getFirst().weight()));
            }
        }
    }

    private List<Update> updates() {
        List<Update> updates = new ArrayList<>(weights.size());
        weights.forEach((name, weight) -> {
            Tensor gradient = weight.grad();
            if (gradient.defined()) {
                updates.add(new Update(name, weight, laidOutLike(weight, gradient), state.get(AVERAGE + name),
                        state.get(SQUARE + name)));
            }
        });
        return updates;
    }

    private static Tensor laidOutLike(Tensor weight, Tensor gradient) {
        return Arrays.equals(strides(weight), strides(gradient)) ? gradient : torch.empty_like(weight).copy_(gradient);
    }

    static long[] strides(Tensor tensor) {
        long[] strides = new long[Math.toIntExact(tensor.dim())];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = tensor.stride(i);
        }
        return strides;
    }

    void restore(Map<String, Tensor> saved, long savedSteps) {
        if (savedSteps < 0) {
            throw Problem.of("the optimizer state counts %d updates, expected at least 0", savedSteps);
        }
        state.forEach((name, tensor) -> requireFit(name, tensor, saved.get(name)));
        saved.keySet().stream().filter(name -> !state.containsKey(name)).findFirst().ifPresent(name -> {
            throw misfit("it has tensor '%s', which belongs to no weight", Shown.of(name));
        });
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            state.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
        }
        steps = savedSteps;
    }

    private static void requireFit(String name, Tensor expected, Tensor found) {
        if (found == null) {
            throw misfit("tensor '%s' is missing", Shown.of(name));
        }
        if (!Arrays.equals(Tensors.shape(found), Tensors.shape(expected))) {
            throw misfit("tensor '%s' has shape %s, expected %s", Shown.of(name),
                    Arrays.toString(Tensors.shape(found)), Arrays.toString(Tensors.shape(expected)));
        }
        if (!isFp32(found)) {
            throw misfit("tensor '%s' holds numbers of type %s, expected Float", Shown.of(name), found.scalar_type());
        }
    }

    private static Problem misfit(String format, Object... arguments) {
        return Problem.of("the optimizer state does not fit the model: " + format
                + "; resume with the model and optimizer that saved it", arguments);
    }

    private static boolean isFp32(Tensor tensor) {
        // The binding makes a new enum object for each answer; this finds the constant.
        return tensor.scalar_type().intern() == ScalarType.Float;
    }

    static double requireDecay(double decay) {
        if (!(decay >= 0 && Double.isFinite(decay))) {
            throw new IllegalArgumentException("weight decay is %s, expected a number of at least 0".formatted(decay));
        }
        return decay;
    }

    private static void requireStep(double learningRate, double gradientScale) {
        if (!(learningRate >= 0 && Double.isFinite(learningRate))) {
            throw new IllegalArgumentException(
                    "the learning rate is %s, expected a number of at least 0".formatted(learningRate));
        }
        // The scale and its inverse are fp32 numbers in the kernel.
        if (!(gradientScale >= Float.MIN_NORMAL && gradientScale <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "the gradient scale is %s, expected a number above 0 that fp32 can hold".formatted(gradientScale));
        }
    }

    @Override
    public void close() {
        weights.values().forEach(Tensor::close);
        state.values().forEach(Tensor::close);
        weights.clear();
        state.clear();
    }
}
