package dev.pluglm.model;

import dev.pluglm.problem.Problem;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The embedding block of BERT: word + token type + position, normalised. */
final class Embeddings {
    final Tensor words; // [vocabulary, hidden]
    final Tensor positions; // [positions, hidden]
    final Tensor types; // [types, hidden]
    final LayerNorm norm;
    final int padding;
    private final Dropout dropout;
    private final PlugLMConfig config;

    Embeddings(Parameters.Group p, PlugLMConfig config) {
        words = p.at("word_embeddings").table(config.vocabSize(), config.hiddenSize());
        positions = p.at("position_embeddings").table(config.maxPositionEmbeddings(), config.hiddenSize());
        types = p.at("token_type_embeddings").table(config.typeVocabSize(), config.hiddenSize());
        norm = new LayerNorm(p.at("LayerNorm"), config.hiddenSize(), config.layerNormEps());
        padding = config.padTokenId();
        dropout = new Dropout(config.hiddenDropoutProb());
        this.config = config;
    }

    /** How many words there are. */
    int vocabulary() {
        return config.vocabSize();
    }

    /** The longest input, in tokens. */
    int longest() {
        return config.maxPositionEmbeddings();
    }

    /** Floats of a state. */
    int hiddenSize() {
        return config.hiddenSize();
    }

    /**
     * Embeds token ids.
     *
     * @param ids {@code [batch, length]} int64
     * @param typeIds {@code [batch, length]} int64
     * @return {@code [batch, length, hidden]}
     */
    Tensor forward(Tensor ids, Tensor typeIds, boolean training) {
        return finish(words(ids).add_(torch.embedding(types, typeIds)), ids.size(1), training);
    }

    /** Embeds token ids that are all of the first type. */
    Tensor forward(Tensor ids, boolean training) {
        return finish(words(ids).add_(types.select(0, 0)), ids.size(1), training);
    }

    private Tensor words(Tensor ids) {
        // The padding's embedding is never trained.
        return torch.embedding(words, ids, padding, false, false);
    }

    private Tensor finish(Tensor sum, long length, boolean training) {
        if (length > longest()) {
            throw Problem.of("an input has %d tokens, but the model ends at position %d", length, longest());
        }
        sum.add_(positions.narrow(0, 0, length));
        return dropout.of(norm.forward(sum), training);
    }
}
