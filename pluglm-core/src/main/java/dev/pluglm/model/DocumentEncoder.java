package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Tensor;

import java.util.List;

/**
 * Turns a passage into a state for each token and one vector: the embedding block, perhaps some ordinary layers, then a
 * pooler (SPEC 1.3).
 *
 * <p>Embeddings and layers are the model's own, so training the model trains them too.
 */
final class DocumentEncoder {
    final Embeddings embeddings;
    final List<BertLayer> layers;
    final Pooler pooler;

    DocumentEncoder(Parameters.Group p, Embeddings embeddings, List<BertLayer> layers, PlugLMConfig config) {
        this.embeddings = embeddings;
        this.layers = layers;
        this.pooler = Pooler.of(config.documentEncoderPoolerType(), p.at("pooler"), config);
    }

    /**
     * Encodes the tokens of passages.
     *
     * @param ids {@code [passages, length]} int64
     * @param mask which tokens are real
     * @return {@code [passages, length, hidden]}
     */
    Tensor states(Tensor ids, Mask mask, boolean training) {
        return Scope.returning(() -> {
            Tensor states = embeddings.forward(ids, training);
            Pass pass = new Pass(training, Memory.empty().view(), true, true, Trace.NONE, Peers.NONE);
            for (BertLayer layer : layers) {
                states = layer.forward(states, mask, pass);
            }
            return states;
        });
    }

    /** One vector for each passage, {@code [passages, length, hidden] -> [passages, hidden]}. */
    Tensor pool(Tensor states, Mask mask) {
        return Scope.returning(() -> pooler.forward(states, mask.real()));
    }
}
