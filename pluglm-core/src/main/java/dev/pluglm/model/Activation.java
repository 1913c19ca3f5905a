package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonProperty;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The non-linearity of feed-forward blocks. */
public enum Activation {
    /** The exact, error-function form that BERT uses. */
    @JsonProperty("gelu")
    GELU,
    /** The approximation by tanh. */
    @JsonProperty("gelu_new")
    GELU_TANH,
    @JsonProperty("relu")
    RELU;

    Tensor apply(Tensor x) {
        return switch (this) {
            case GELU -> torch.gelu(x);
            case GELU_TANH -> torch.gelu(x, "tanh");
            case RELU -> torch.relu(x);
        };
    }
}
