package dev.pluglm.pretraining;

import dev.pluglm.model.Peers;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PoolerType;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;

/**
 * An attentive pooler fitted to weigh each token by its inverse document frequency (Spärck Jones 1972), as far as the
 * token's state tells it: rare words say what a passage is about.
 *
 * <p>The score of a token is a linear regression of the logarithm of that frequency on its state. It takes the first of
 * the pooler's inner units; the others go on as they are, with no say in the score at first.
 */
final class PoolerFit {
    /** So many passages and texts tell how states and frequencies go together. */
    static final int PASSAGES = 2000;
    static final int TEXTS = 3000;

    private static final double RIDGE = 0.01;
    /** Inverse document frequency of what is everywhere, as the tokens at the ends. */
    private static final double LEAST = 0.1;
    /** Of the inner unit: tanh is nearly linear so far from 0. */
    private static final double INNER_SCALE = 0.1;

    private final PlugLMConfig shape;
    private final float[] importance; // of each token of the vocabulary, a logarithm
    private final Moments seen;

    private PoolerFit(PlugLMConfig shape, float[] importance) {
        this.shape = shape;
        this.importance = importance;
        this.seen = Moments.none(shape.hiddenSize(), 1);
    }

    /**
     * Looks at which passages hold which tokens.
     *
     * @param mask the token that stands for those to be guessed, which says nothing
     */
    static PoolerFit of(PlugLMConfig shape, int[][] passages, int mask) {
        long[] holding = new long[shape.vocabSize()];
        Arrays.stream(passages).forEach(passage -> Arrays.stream(passage).distinct().forEach(it -> holding[it]++));
        float[] importance = new float[holding.length];
        for (int token = 0; token < holding.length; token++) {
            double inverse = token == mask ? 0 : Math.log(passages.length / (holding[token] + 1.0));
            importance[token] = (float) Math.log(Math.max(LEAST, inverse));
        }
        return new PoolerFit(shape, importance);
    }

    /** For another pooler of the same model. */
    PoolerFit another() {
        return new PoolerFit(shape, importance);
    }

    static boolean isPossible(PoolerType type) {
        return type == PoolerType.ATTENTIVE;
    }

    /**
     * Adds texts.
     *
     * @param states {@code [texts, longest, hidden]}
     * @param tokens token ids, unpadded
     */
    void add(Tensor states, int[][] tokens) {
        int[] all = Arrays.stream(tokens).flatMapToInt(Arrays::stream).toArray();
        float[] wanted = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            wanted[i] = importance[all[i]];
        }
        seen.add(TokenStates.real(states, tokens), Tensors.of(wanted, wanted.length, 1));
    }

    /** @param pooler the name that the pooler's weights begin with, and a dot */
    void write(MemoryFit.Weights weights, String pooler, Peers peers) {
        Moments all = seen.together(peers);
        AffineMap score = AffineMap.centred(all.regression(RIDGE), all.mean());
        setFirst(weights, pooler + "att_fc1.weight", score.weight());
        setFirst(weights, pooler + "att_fc1.bias", score.bias());
        float[] outer = new float[shape.hiddenSize()];
        outer[0] = (float) (1 / INNER_SCALE);
        weights.set(pooler + "att_fc2", new AffineMap(Tensors.of(outer, 1, outer.length), Tensors.full(0, 1)));
    }

    private static void setFirst(MemoryFit.Weights weights, String name, Tensor numbers) {
        Tensor all = weights.get(name).clone();
        all.narrow(0, 0, 1).copy_(numbers.mul(new Scalar(INNER_SCALE)));
        weights.set(name, all);
    }
}
