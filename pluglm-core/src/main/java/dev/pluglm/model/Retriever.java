package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;

import java.util.Optional;

/**
 * Makes keys and values of passages: the document encoder and a projection for each (SPEC 1.2 step 4).
 *
 * <p>A projection is absent where the configuration fixes what it would make.
 */
final class Retriever {
    final DocumentEncoder documentEncoder;
    final Optional<Linear> keyProjection;
    final Optional<Linear> valueProjection;

    Retriever(Parameters.Group p, DocumentEncoder documentEncoder, boolean keys, boolean values, PlugLMConfig config) {
        int hidden = config.hiddenSize();
        this.documentEncoder = documentEncoder;
        this.keyProjection =
                keys ? Optional.of(new Linear(p.at("key_proj"), hidden, config.querySize())) : Optional.empty();
        this.valueProjection = values ? Optional.of(new Linear(p.at("value_proj"), hidden, hidden)) : Optional.empty();
    }

    /** Whether it makes both keys and values, as encoding a memory needs. */
    boolean isComplete() {
        return keyProjection.isPresent() && valueProjection.isPresent();
    }

    /** {@code [passages, hidden] -> [passages, query]}. */
    Tensor keys(Tensor encoded) {
        return keyProjection.orElseThrow().forward(encoded);
    }

    /** {@code [passages, hidden] -> [passages, hidden]}. */
    Tensor values(Tensor encoded) {
        return valueProjection.orElseThrow().forward(encoded);
    }
}
