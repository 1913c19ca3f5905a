package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.Optional;

/** Weights with which a memory adds nothing, so that a trained model computes with it what it computed without. */
public final class SilentMemory {

    private SilentMemory() {}

    /**
     * The zeros that stand last on the way from values to hidden states: multi-head attention's output projection; where
     * there is none the gain of the values' LayerNorm; or else the projection of the values.
     *
     * @return empty if that weight stands elsewhere
     */
    public static Optional<Tensor> weight(String name, PlugLMConfig config) {
        long hidden = config.hiddenSize();
        boolean vector = name.endsWith(".bias") || name.contains(".LayerNorm.");
        return isLast(name, config)
                ? Optional.of(vector ? Tensors.full(0, hidden) : Tensors.full(0, hidden, hidden))
                : Optional.empty();
    }

    private static boolean isLast(String name, PlugLMConfig config) {
        if (config.knowledgeAttentionType() == KnowledgeAttentionType.MULTI_HEAD) {
            return name.contains(".know_attn.biased_multihead_attn.out_proj.");
        }
        return config.valueLayerNorm()
                ? name.contains(".know_attn.values.LayerNorm.")
                : name.startsWith("bert.encoder.retriever.value_proj.");
    }
}
