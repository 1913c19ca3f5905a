package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Tensor;

/** Two linear layers with an activation between them, and dropout behind; applied to each token by itself. */
final class FeedForward {
    private final Linear inner;
    private final Linear outer;
    private final Activation activation;
    private final Dropout dropout;

    FeedForward(Linear inner, Linear outer, PlugLMConfig config) {
        this.inner = inner;
        this.outer = outer;
        this.activation = config.hiddenAct();
        this.dropout = new Dropout(config.hiddenDropoutProb());
    }

    /** What it makes of {@code x}, and {@code x} added to it, {@code [batch, length, hidden]}. */
    Tensor plusInput(Tensor x, boolean training) {
        return Scope.returning(
                () -> dropout.plus(outer.forward(activation.apply(inner.product(x))), x, training));
    }
}
