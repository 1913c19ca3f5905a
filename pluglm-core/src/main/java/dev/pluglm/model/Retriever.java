package dev.pluglm.model;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.OptionalLong;

/**
 * Makes keys and values of passages: the document encoder and a projection for each (SPEC 1.2 step 4).
 *
 * <p>A projection is absent where the configuration fixes what it would make.
 */
final class Retriever implements AutoCloseable {
    /** Below which a key is as good as 0, and stays near it. */
    private static final double SMALLEST_NORM = 1e-12;

    final DocumentEncoder documentEncoder;
    final Optional<Linear> keyProjection;
    final Optional<Linear> valueProjection;
    private final Parameters.Group parameters;
    private final PlugLMConfig config;
    private final Device device;
    private Optional<KeptStates> kept = Optional.empty();

    Retriever(
            Parameters.Group p,
            DocumentEncoder documentEncoder,
            boolean keys,
            boolean values,
            PlugLMConfig config,
            Device device) {
        int hidden = config.hiddenSize();
        this.documentEncoder = documentEncoder;
        this.parameters = p;
        this.config = config;
        this.device = device;
        this.keyProjection =
                keys ? Optional.of(new Linear(p.at("key_proj"), hidden, config.querySize())) : Optional.empty();
        this.valueProjection = values ? Optional.of(new Linear(p.at("value_proj"), hidden, hidden)) : Optional.empty();
    }

    /** Whether it makes both keys and values, as encoding a memory needs. */
    boolean isComplete() {
        return keyProjection.isPresent() && valueProjection.isPresent();
    }

    /** Another number after every change of its weights; empty if that is not known, as while they are trained. */
    OptionalLong version() {
        return parameters.version();
    }

    /**
     * Runs the document encoder.
     *
     * @param tokens token ids with special tokens, unpadded
     * @throws Problem if one is not in the vocabulary, or a passage is longer than the positions of the model
     */
    Encoded encode(int[][] tokens, boolean training) {
        requireVocabulary(tokens);
        Tensor ids = ids(tokens);
        Mask mask = mask(ids);
        Tensor states = kept.map(it -> it.of(tokens, this::untrained))
                .orElseGet(() -> documentEncoder.states(ids, mask, training));
        return new Encoded(states, mask);
    }

    private Tensor untrained(int[][] tokens) {
        Tensor ids = ids(tokens);
        return documentEncoder.states(ids, mask(ids), false);
    }

    private Mask mask(Tensor ids) {
        return Mask.of(ids.ne(new Scalar(config.padTokenId())));
    }

    private Tensor ids(int[][] tokens) {
        return Tensors.on(device, TokenBatch.ids(tokens, config.padTokenId()));
    }


    /** From now on takes the states of these passages' tokens as they are now; the encoder must not be trained. */
    void keepStates(int[][] passages, LongConsumer progress) {
        KeptStates fresh = KeptStates.of(passages, this, progress);
        kept.ifPresent(KeptStates::close);
        kept = Optional.of(fresh);
    }

    boolean keepsStates() {
        return kept.isPresent();
    }

    @Override
    public void close() {
        kept.ifPresent(KeptStates::close);
        kept = Optional.empty();
    }

    private void requireVocabulary(int[][] tokens) {
        for (int[] passage : tokens) {
            for (int token : passage) {
                if (token < 0 || token >= config.vocabSize()) {
                    throw Problem.of("a passage has the token id %d, but this model's vocabulary has %d tokens: the"
                            + " memory was made with another model", token, config.vocabSize());
                }
            }
        }
    }

    /** Keys of pooled passages, each the same to the last bit whichever others there are, {@code [passages, query]}. */
    Tensor keysRowByRow(Tensor pooled) {
        return normalized(keyProjection.orElseThrow().rowByRow(pooled));
    }

    private Tensor normalized(Tensor keys) {
        if (!config.normalizeKeys()) {
            return keys;
        }
        Tensor lengths = keys.norm(new ScalarOptional(new Scalar(2)), new long[] {-1}, true);
        return keys.div(lengths.clamp_min(new Scalar(SMALLEST_NORM)));
    }

    /** Passages behind the document encoder. */
    final class Encoded {
        private final Tensor states; // [passages, length, hidden]
        private final Mask mask;
        private Optional<Tensor> pooled = Optional.empty(); // [passages, hidden]

        private Encoded(Tensor states, Mask mask) {
            this.states = states;
            this.mask = mask;
        }

        /** {@code [passages, length, hidden]}. */
        Tensor states() {
            return states;
        }

        /** {@code [passages, query]}. */
        Tensor keys() {
            return normalized(keyProjection.orElseThrow().forward(pooled()));
        }

        /** One value for each passage, or one for each of its tokens. */
        PassageValues values() {
            Linear projection = valueProjection.orElseThrow();
            return switch (config.valueType()) {
                case POOLED -> PassageValues.pooled(projection.forward(pooled()));
                case TOKENS -> new PassageValues(projection.forward(states), mask.real());
            };
        }

        /** {@code [passages, hidden]}. */
        Tensor pooled() {
            Tensor vectors = pooled.orElseGet(() -> documentEncoder.pool(states, mask));
            pooled = Optional.of(vectors);
            return vectors;
        }
    }
}
