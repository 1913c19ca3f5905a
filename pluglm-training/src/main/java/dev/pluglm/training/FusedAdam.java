package dev.pluglm.training;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * libtorch's kernel that runs Adam over many tensors, each number read and written once. It has no Java binding, so it
 * is called by its name. It pairs the numbers of a weight, its gradient and its averages by where they lie: their
 * strides must be the same.
 *
 * @param operator libtorch's handle of the kernel
 * @param beta1 of the first average
 * @param beta2 of the second
 * @param eps added to the root of the second average
 */
record FusedAdam(OperatorHandle operator, double beta1, double beta2, double eps) implements AutoCloseable {

    /** @throws IllegalArgumentException if a number is out of its range */
    static FusedAdam of(double beta1, double beta2, double eps) {
        requireBeta(beta1);
        requireBeta(beta2);
        if (!(eps >= 0 && Double.isFinite(eps))) {
            throw new IllegalArgumentException("eps is %s, expected a number of at least 0".formatted(eps));
        }
        try (Scope _ = Scope.open()) {
            OperatorHandle operator = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
            operator.retainReference();
            return new FusedAdam(operator, beta1, beta2, eps);
        }
    }

    /**
     * What is the same for all weights of an update.
     *
     * @param number of the update, from 1; fp32, without dimensions
     * @param gradientScale what gradients are divided by; fp32, without dimensions; empty: nothing
     */
    record Step(Tensor number, Optional<Tensor> gradientScale) {

        /** An update of weights that lie on a device. Call it in a scope. */
        static Step of(long number, double gradientScale, Tensor weight) {
            return new Step(scalar(number, weight),
                    gradientScale == 1 ? Optional.empty() : Optional.of(scalar(gradientScale, weight)));
        }

        private static Tensor scalar(double value, Tensor weight) {
            return weight.new_full(new long[0], new Scalar(value));
        }
    }

    /**
     * One update of some weights; gradients are divided in place. Call it in a scope.
     *
     * @param decay the weights are multiplied by 1 - learningRate * decay first
     */
    void update(List<Moments.Update> weights, Step step, double learningRate, double decay) {
        if (weights.isEmpty()) {
            return;
        }
        operator.callBoxed(new IValueVector(
                list(weights, Moments.Update::weight),
                list(weights, Moments.Update::gradient),
                list(weights, Moments.Update::average),
                list(weights, Moments.Update::squareAverage),
                list(List.of(), Moments.Update::weight), // only for amsgrad
                list(weights, _ -> step.number()),
                new IValue(learningRate), new IValue(beta1), new IValue(beta2), new IValue(decay), new IValue(eps),
                new IValue(false), new IValue(false), // no amsgrad, no maximising
                step.gradientScale().map(IValue::new).orElseGet(IValue::new),
                new IValue())); // gradients are known to be finite
    }

    private static IValue list(List<Moments.Update> weights, Function<Moments.Update, Tensor> part) {
        GenericList list = new GenericList(new TensorList().elementType());
        weights.forEach(weight -> list.push_back(new IValue(part.apply(weight))));
        return new IValue(list);
    }

    private static void requireBeta(double beta) {
        if (!(beta >= 0 && beta < 1)) {
            throw new IllegalArgumentException("a beta is %s, expected at least 0 and below 1".formatted(beta));
        }
    }

    @Override
    public void close() {
        operator.close();
    }
}
