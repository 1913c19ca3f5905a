package dev.pluglm.parity;

import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** AdamW as the reference's fine-tuning sets it: eps 1e-8, and weight decay 0.01 on all but biases and norms. */
final class ReferenceAdamW implements AutoCloseable {
    private static final Pattern WITHOUT_DECAY = Pattern.compile("bias|gamma|beta|LayerNorm");

    private final List<AdamW> groups;

    ReferenceAdamW(Map<String, Tensor> weights) {
        groups = List.of(group(weights, 0.01, false), group(weights, 0, true));
    }

    private static AdamW group(Map<String, Tensor> weights, double decay, boolean withoutDecay) {
        AdamWOptions options = new AdamWOptions();
        options.eps().put(1e-8);
        options.weight_decay().put(decay);
        Tensor[] members = weights.entrySet().stream()
                .filter(weight -> WITHOUT_DECAY.matcher(weight.getKey()).find() == withoutDecay)
                .map(Map.Entry::getValue)
                .toArray(Tensor[]::new);
        return new AdamW(new TensorVector(members), options);
    }

    void step(double learningRate) {
        for (AdamW group : groups) {
            group.param_groups().get(0).options().set_lr(learningRate);
            group.step();
        }
    }

    @Override
    public void close() {
        groups.forEach(AdamW::close);
    }
}
