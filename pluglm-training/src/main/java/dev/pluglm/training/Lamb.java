package dev.pluglm.training;

import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * LAMB (<a href="https://arxiv.org/abs/1904.00962">You et al. 2020</a>) as the published pre-training uses it (SPEC 3):
 * the step of Adam plus decay, made as long as a part of its weight that the learning rate sets. Weights that do not
 * decay (see {@link WeightDecay}) take the plain step of Adam. Clipping is left to {@link Gradients#clipDivisor}.
 */
public final class Lamb extends AdamBased {

    /** Room for the step of the largest weight. Weights take turns: one that fits the caches is read but once. */
    private final Tensor room;
    /** The decay, where the weights are: multiplying into {@link #room} by a Java number makes a copy on the way. */
    private final Tensor decayFactor;

    /** LAMB as the published pre-training sets it: betas 0.9 and 0.999, eps 1e-6. */
    public Lamb(Map<String, Tensor> weights, double decay) {
        this(weights, decay, 0.9, 0.999, 1e-6);
    }

    /**
     * @param weights fp32, by name; on one device
     * @param decay how much of the weight joins its step; at least 0; with 0 all of this is plain Adam
     * @param beta1 how much of the average gradient stays in an update, at least 0, below 1
     * @param beta2 how much of the average squared gradient stays, at least 0, below 1
     * @param eps added to the root of the average squared gradient, at least 0
     * @throws IllegalArgumentException if a number is out of its range or a weight is not fp32
     */
    public Lamb(Map<String, Tensor> weights, double decay, double beta1, double beta2, double eps) {
        super(weights, decay, beta1, beta2, eps);
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            this.room = Scope.keep(weights.entrySet().stream()
                    .filter(weight -> decays(weight.getKey()))
                    .map(Map.Entry::getValue)
                    .max(Comparator.comparingLong(Tensor::numel))
                    .map(weight -> torch.empty_like(weight).flatten())
                    .orElseGet(() -> Tensors.full(0, 0)));
            this.decayFactor = Scope.keep(room.new_full(new long[0], new Scalar(decay)));
        }
    }

    private boolean decays(String name) {
        return decay != 0 && WeightDecay.appliesTo(name);
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        moments.update(learningRate, gradientScale, (updates, step) -> {
            Map<Boolean, List<Moments.Update>> groups = updates.stream()
                    .collect(Collectors.partitioningBy(update -> decays(update.name())));
            adam.update(groups.get(false), step, learningRate, 0);
            for (Moments.Update update : groups.get(true)) {
                try (Scope _ = Scope.open()) {
                    layerwise(update, step, learningRate);
                }
            }
        });
    }

    /** The numbers of the items are those of SPEC 3. */
    private void layerwise(Moments.Update update, FusedAdam.Step step, double learningRate) {
        Tensor weight = update.weight();
        Tensor u = room.as_strided(Tensors.shape(weight), Moments.strides(weight));
        // Items 3 and 4: at the rate -1, Adam adds its step to the decay that u holds already.
        torch.mul_out(u, weight, decayFactor);
        adam.update(List.of(update.on(u)), step, -1, 0);
        // Item 5 stays where the weights are: a GPU need not wait for Java.
        Tensor weightNorm = Norms.of(weight);
        Tensor stepNorm = Norms.of(u);
        Tensor both = weightNorm.gt(new Scalar(0)).logical_and(stepNorm.gt(new Scalar(0)));
        Tensor rate = torch.where(both, weightNorm.div(stepNorm), new Scalar(1)).mul_(new Scalar(-learningRate));
        weight.addcmul_(u, rate); // item 6
    }

    @Override
    public String name() {
        return "lamb";
    }

    @Override
    public void close() {
        super.close();
        room.close();
        decayFactor.close();
    }
}
