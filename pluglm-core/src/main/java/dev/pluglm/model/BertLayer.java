package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Tensor;

/** An ordinary layer: self-attention, then a feed-forward block, each added to its input and normalised. */
final class BertLayer {
    private final SelfAttention attention;
    private final FeedForward feedForward;
    private final LayerNorm norm;

    BertLayer(Parameters.Group p, PlugLMConfig config) {
        int hidden = config.hiddenSize();
        attention = new SelfAttention(p.at("attention"), config);
        feedForward = new FeedForward(
                new Linear(p.at("intermediate").at("dense"), hidden, config.intermediateSize()),
                new Linear(p.at("output").at("dense"), config.intermediateSize(), hidden),
                config);
        norm = new LayerNorm(p.at("output").at("LayerNorm"), hidden, config.layerNormEps());
    }

    /**
     * Computes the next hidden states.
     *
     * @param x {@code [batch, length, hidden]}
     * @param wanted of which tokens the next states are wanted
     * @return {@code [batch, wanted, hidden]}
     */
    Tensor forward(Tensor x, Mask mask, boolean training, Wanted wanted) {
        return Scope.returning(() -> {
            Tensor attended = wanted.of(attention.forward(x, mask, training));
            return norm.forward(feedForward.plusInput(attended, training));
        });
    }
}
