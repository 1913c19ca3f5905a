package dev.pluglm.training;

import org.bytedeco.pytorch.Tensor;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * AdamW: Adam whose weight decay stands apart from the gradient
 * (<a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>), as {@code torch.optim.AdamW} computes
 * it. Decay: see {@link WeightDecay}.
 */
public final class AdamW extends AdamBased {

    /** AdamW as the reference's fine-tuning sets it (SPEC 5.1): betas 0.9 and 0.999, eps 1e-8. */
    public AdamW(Map<String, Tensor> weights, double decay) {
        this(weights, decay, 0.9, 0.999, 1e-8);
    }

    /**
     * @param weights fp32, by name; on one device
     * @param decay the part of a weight that goes in an update is learning rate x decay; at least 0
     * @param beta1 how much of the average gradient stays in an update, at least 0, below 1
     * @param beta2 how much of the average squared gradient stays, at least 0, below 1
     * @param eps added to the root of the average squared gradient, at least 0
     * @throws IllegalArgumentException if a number is out of its range or a weight is not fp32
     */
    public AdamW(Map<String, Tensor> weights, double decay, double beta1, double beta2, double eps) {
        super(weights, decay, beta1, beta2, eps);
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        moments.update(learningRate, gradientScale, (updates, step) -> {
            Map<Boolean, List<Moments.Update>> groups = updates.stream()
                    .collect(Collectors.partitioningBy(update -> WeightDecay.appliesTo(update.name())));
            adam.update(groups.get(true), step, learningRate, decay);
            adam.update(groups.get(false), step, learningRate, 0);
        });
    }

    @Override
    public String name() {
        return "adamw";
    }
}
