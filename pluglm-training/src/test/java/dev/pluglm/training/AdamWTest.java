package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Random;

class AdamWTest extends OptimizerContract {

    @Override
    Optimizer over(Map<String, Tensor> weights) {
        return new AdamW(weights, 0.01);
    }

    @Test
    void agreesWithTheOneOfLibtorch() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random); Weighted others = weights.copy();
                AdamW ours = new AdamW(weights.tensors, 0.01);
                org.bytedeco.pytorch.AdamW decaying = libtorch(others.tensors, true, 0.01);
                org.bytedeco.pytorch.AdamW exempt = libtorch(others.tensors, false, 0)) {
            for (int n = 0; n < 20; n++) {
                double rate = n == 7 ? 0 : 1e-3 * random.nextDouble();
                // A power of two, so that dividing rounds nothing on either side.
                float scale = 1 << random.nextInt(17);
                for (String name : weights.tensors.keySet()) {
                    float[] gradient = Weighted.normal(random, (int) weights.tensors.get(name).numel(), 1);
                    others.gradient(name, gradient.clone());
                    for (int i = 0; i < gradient.length; i++) {
                        gradient[i] *= scale;
                    }
                    weights.gradient(name, gradient);
                }
                ours.step(rate, scale);
                for (org.bytedeco.pytorch.AdamW group : List.of(decaying, exempt)) {
                    group.param_groups().get(0).options().set_lr(rate);
                    try (Scope _ = Scope.open()) {
                        group.step();
                    }
                }
                int step = n + 1;
                weights.tensors.keySet().forEach(name -> {
                    double distance = Weighted.distance(weights.values(name), others.values(name));
                    // A weight that started at 0 is nothing but updates, each rounded in its seventh digit.
                    assertTrue(distance < (name.startsWith("zero") ? 5e-7 : 1e-7),
                            name + " is off by " + distance + " after update " + step);
                });
            }
        }
    }

    private static org.bytedeco.pytorch.AdamW libtorch(Map<String, Tensor> weights, boolean decays, double decay) {
        AdamWOptions options = new AdamWOptions();
        options.eps().put(1e-8);
        options.weight_decay().put(decay);
        Tensor[] group = weights.entrySet().stream()
                .filter(weight -> WeightDecay.appliesTo(weight.getKey()) == decays)
                .map(Map.Entry::getValue)
                .toArray(Tensor[]::new);
        return new org.bytedeco.pytorch.AdamW(new TensorVector(group), options);
    }
}
