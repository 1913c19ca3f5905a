package dev.pluglm.model;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.List;
import java.util.function.BinaryOperator;

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
            for (BertLayer layer : layers) {
                states = layer.forward(states, mask, training, Wanted.ALL);
            }
            return states;
        });
    }

    /** One vector for each passage, {@code [passages, length, hidden] -> [passages, hidden]}. */
    Tensor pool(Tensor states, Mask mask) {
        return Scope.returning(() -> pooler.forward(states, mask.real()));
    }

    /**
     * Encodes any number of passages in evaluation mode, without gradients. Each comes out the same to the last bit
     * whichever others it is encoded with.
     *
     * @param tokens token ids, unpadded
     * @return {@code [passages, hidden]}
     * @throws Problem if a token is not in the vocabulary, or a passage is longer than there are positions
     */
    Tensor encode(int[][] tokens) {
        check(tokens);
        return Scope.returning(() -> {
            Tensor words = embeddings.words;
            int padding = embeddings.padding;
            List<PassageBlock> blocks = PassageBlock.of(tokens, embeddings, Torch.threads());
            BinaryOperator<Tensor> encoder =
                    evaluation(tokens, blocks.stream().mapToInt(PassageBlock::length).max().orElse(0));
            Tensor all = torch.empty(
                    new long[] {tokens.length, words.size(1)}, words.options(), new MemoryFormatOptional());
            for (PassageBlock block : blocks) {
                try (Scope _ = Scope.open()) {
                    Tensor ids = Tensors.on(words.device(), block.ids(tokens, padding));
                    Tensor real = ids.ne(new Scalar(padding)).to(ScalarType.Float);
                    Tensor encoded = Linear.treatingRowsAlike(() -> encoder.apply(ids, real));
                    Tensor places = Tensors.on(words.device(), block.places());
                    all.index_copy_(0, places, encoded.narrow(0, 0, places.size(0)));
                }
            }
            return all;
        });
    }

    private void check(int[][] tokens) {
        for (int[] passage : tokens) {
            if (passage.length > embeddings.longest()) {
                throw Problem.of("a passage has %d tokens, but the model ends at position %d", passage.length,
                        embeddings.longest());
            }
            for (int token : passage) {
                if (token < 0 || token >= embeddings.vocabulary()) {
                    throw Problem.of("a passage has the token id %d, but the model's vocabulary has %d tokens", token,
                            embeddings.vocabulary());
                }
            }
        }
    }

    /** What encodes blocks of these passages: from {@code [passages, length]} ids and which of them are real. */
    private BinaryOperator<Tensor> evaluation(int[][] tokens, int longest) {
        if (layers.isEmpty() && pooler instanceof Pooler.Attentive attentive) {
            return new WordwisePooler(embeddings, attentive, tokens, longest)::forward;
        }
        return (ids, real) -> {
            Mask mask = Mask.of(real);
            return pool(states(ids, mask, false), mask);
        };
    }
}
