package dev.pluglm.pretraining;

import dev.pluglm.model.KnowledgeAttentionType;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.Peers;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.ValueType;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the top memory layer reads tokens of passages with, fitted in closed form:
 *
 * <ul>
 *   <li>Values: what the model itself makes of a token that it sees, at its last layer, from which the head would predict
 *       that token. They are a linear regression from the document encoder's states. The value and output projections
 *       hand them on as they are, so what is read pulls the prediction to the token that it is read from.
 *   <li>Attention: from the state of a masked token to the value of the token that stood there ({@link CanonicalFit}).
 * </ul>
 */
final class ReaderFit {
    /** So many passages tell what values should be. */
    static final int PASSAGES = 1000;

    private static final int PASSAGES_AT_ONCE = 50;
    private static final double RIDGE = 0.05;
    private static final CanonicalFit.Ridges RIDGES = new CanonicalFit.Ridges(0.1, 0.3);
    /** Of the scores; with larger ones attention falls on a single token. */
    private static final double SHARPNESS = 0.3;
    /** Of what is read, as a multiple of what the model itself makes of a token: with 1 rare words do not prevail. */
    private static final double GAIN = 2;

    private final PlugLMConfig shape;
    private final MemoryEncoder encoder;
    private final AffineMap toValue;
    private final Moments values;
    private final Moments answers;

    /** Whether a model reads in a way that can be fitted. */
    static boolean isPossible(PlugLMConfig shape) {
        return shape.valueType() == ValueType.TOKENS && shape.valueLayerNorm()
                && shape.knowledgeAttentionType() == KnowledgeAttentionType.MULTI_HEAD;
    }

    /**
     * Fits the values.
     *
     * @param passages a sample of the memory's passages
     * @param lastStates what the model makes of passages, {@code [passages, longest, hidden]}
     */
    ReaderFit(PlugLMConfig shape, MemoryEncoder encoder, int[][] passages, Function<int[][], Tensor> lastStates) {
        this.shape = shape;
        this.encoder = encoder;
        this.values = noMoments();
        this.answers = noMoments();
        Moments seen = noMoments();
        inBlocks(passages, some -> seen.add(TokenStates.real(encoder.states(some), some),
                TokenStates.real(lastStates.apply(some), some)));
        AffineMap centred = AffineMap.centred(seen.regression(RIDGE), seen.mean());
        this.toValue = new AffineMap(centred.weight(), centred.bias().add(seen.meanY()));
        inBlocks(passages, some -> values.add(value(TokenStates.real(encoder.states(some), some))));
    }

    private Moments noMoments() {
        return Moments.none(shape.hiddenSize(), shape.hiddenSize());
    }

    private static void inBlocks(int[][] passages, Consumer<int[][]> look) {
        MemoryFit.inBlocks(passages, PASSAGES_AT_ONCE, look);
    }

    /** What a token is read as, {@code [tokens, hidden]}. */
    private Tensor value(Tensor states) {
        return torch.layer_norm(toValue.apply(states), new long[] {shape.hiddenSize()}, new TensorOptional(),
                new TensorOptional(), shape.layerNormEps(), false);
    }

    /**
     * Adds texts, each with the passage that states what is masked.
     *
     * @param states behind the top layer's self-attention, {@code [texts, length, hidden]}
     * @param masked the masked token of each text
     * @param stated the passages
     * @param places where each passage has that token
     */
    void add(Tensor states, int[] masked, int[][] stated, int[] places) {
        answers.add(TokenStates.single(states, masked), value(TokenStates.single(encoder.states(stated), places)));
    }

    void write(MemoryFit.Weights weights, Peers peers) {
        Moments all = answers.together(peers);
        CanonicalFit fit = new CanonicalFit(shape.hiddenSize(), RIDGES, values, List.of(all));
        String reader = "bert.encoder.layer." + (shape.numHiddenLayers() - 1) + ".memory_layer.know_attn.";
        String projections = reader + "biased_multihead_attn.";
        Tensor chosen = directionsOfHeads();
        weights.set("bert.encoder.retriever.value_proj", toValue);
        weights.set(reader + "values.LayerNorm.weight", Tensors.full(1, shape.hiddenSize()));
        weights.set(reader + "values.LayerNorm.bias", Tensors.full(0, shape.hiddenSize()));
        weights.set(projections + "k_proj", fit.keys().outputs(chosen, 1));
        weights.set(projections + "q_proj", fit.expected(all).outputs(chosen, SHARPNESS * Math.sqrt(shape.headSize())));
        // What is read of a passage at random adds nothing on average.
        weights.set(projections + "v_proj", AffineMap.shifted(values.mean()));
        weights.set(projections + "out_proj", AffineMap.scaled(shape.hiddenSize(), GAIN));
    }

    /**
     * Which directions each head attends by, {@code [hidden]}: all by the best ones, and each by some of the next.
     */
    private Tensor directionsOfHeads() {
        int heads = shape.numAttentionHeads();
        int size = shape.headSize();
        int shared = size - size / 4;
        long[] chosen = new long[shape.hiddenSize()];
        for (int head = 0; head < heads; head++) {
            for (int i = 0; i < size; i++) {
                chosen[head * size + i] = i < shared ? i : shared + head + (long) heads * (i - shared);
            }
        }
        return Tensors.of(chosen, chosen.length);
    }
}
