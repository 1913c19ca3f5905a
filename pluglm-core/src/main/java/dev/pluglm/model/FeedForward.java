package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Two linear layers with an activation between them, and dropout behind; applied to each token by itself. */
final class FeedForward {
    private final Linear inner;
    private final Linear outer;
    private final Activation activation;
    private final double dropout;

    FeedForward(Linear inner, Linear outer, PlugLMConfig config) {
        this.inner = inner;
        this.outer = outer;
        this.activation = config.hiddenAct();
        this.dropout = config.hiddenDropoutProb();
    }

    /** {@code [batch, length, hidden] -> [batch, length, hidden]}; the result is the caller's to change. */
    Tensor forward(Tensor x, boolean training) {
        return Scope.returning(
                () -> torch.dropout(outer.forward(activation.apply(inner.product(x))), dropout, training));
    }
}
