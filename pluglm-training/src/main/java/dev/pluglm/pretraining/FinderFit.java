package dev.pluglm.pretraining;

import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.Peers;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The projections to queries and keys, fitted to pooled texts and the pooled passages that state what is masked in them
 * ({@link CanonicalFit}): keys are the directions of passages that texts tell most about, queries what they tell.
 */
final class FinderFit {
    private static final int PASSAGES_AT_ONCE = 1024;

    /**
     * How much nearer passages count in knowledge attention. The similarity of the best passages differs by some
     * hundredths; read with β = 5 all five weigh the same, with 90 the best prevails, and the tokens still have a say
     * (docs/results.md).
     */
    private static final double BETA = 90;

    /**
     * How near the null passage is: between the best of passages about other things and the one that states what is
     * asked. (Google-RE, 500 facts: the best of 13,000 passages of other articles is at .31 in the median and above .44
     * for 5 of 100; the best passage of its own is below .38 for 5 and at .58 in the median. It has to be nearer than
     * that tells, because it is one against all the tokens of five passages.)
     */
    private static final double NULL_SIMILARITY = 0.5;

    /** Chosen on held-out texts and Google-RE. */
    private static final CanonicalFit.Ridges RIDGES = new CanonicalFit.Ridges(0.03, 0.1);

    private final PlugLMConfig shape;
    private final MemoryEncoder encoder;
    private final int first;
    private final Moments passages;
    private final List<Moments> layers;

    /** @param passages a sample of the memory's passages, whether texts ask for them or not */
    FinderFit(PlugLMConfig shape, MemoryEncoder encoder, int[][] passages) {
        this.shape = shape;
        this.encoder = encoder;
        this.first = shape.numHiddenLayers() - shape.numMemoryLayers();
        this.passages = noMoments();
        this.layers = IntStream.range(0, shape.numMemoryLayers()).mapToObj(_ -> noMoments()).toList();
        int[][] byLength = Arrays.stream(passages).sorted(Comparator.comparingInt(it -> it.length))
                .toArray(int[][]::new);
        MemoryFit.inBlocks(byLength, PASSAGES_AT_ONCE, some -> this.passages.add(encoder.pooled(some)));
    }

    private Moments noMoments() {
        return Moments.none(shape.hiddenSize(), shape.hiddenSize());
    }

    /**
     * Adds texts, each with its passage.
     *
     * @param pooled {@code [texts, hidden]}
     */
    void add(int layer, Tensor pooled, int[][] stated) {
        layers.get(layer - first).add(pooled, encoder.pooled(stated));
    }

    /** What was added in all processes, for each memory layer. */
    List<Moments> together(Peers peers) {
        return layers.stream().map(moments -> moments.together(peers)).toList();
    }

    /** @param all of all processes, for each memory layer */
    void write(MemoryFit.Weights weights, List<Moments> all) {
        CanonicalFit fit = new CanonicalFit(shape.querySize(), RIDGES, passages, all);
        weights.set("bert.encoder.retriever.key_proj", fit.keys());
        for (int i = 0; i < all.size(); i++) {
            String memory = "bert.encoder.layer." + (first + i) + ".memory_layer.";
            weights.set(memory + "query_proj", fit.normalizedExpected(all.get(i)));
            if (shape.queryBatchnorm()) {
                // Queries have mean 0 and variance 1 already.
                weights.set(memory + "batch_norm.weight", Tensors.full(1, shape.querySize()));
                weights.set(memory + "batch_norm.bias", Tensors.full(0, shape.querySize()));
                weights.set(memory + "batch_norm.running_mean", Tensors.full(0, shape.querySize()));
                weights.set(memory + "batch_norm.running_var", Tensors.full(1, shape.querySize()));
            }
            switch (shape.knowledgeAttentionType()) {
                case MULTI_HEAD -> nearness(weights, memory, shape.numAttentionHeads());
                case SINGLE_HEAD -> nearness(weights, memory, 1);
                case SENTENCE_LEVEL -> { }
            }
        }
    }

    private void nearness(MemoryFit.Weights weights, String memory, int heads) {
        weights.set(memory + "know_attn.beta", Tensors.full(BETA, heads));
        if (shape.nullPassage()) {
            weights.set(memory + "know_attn.null_similarity", Tensors.full(NULL_SIMILARITY, heads));
            weights.set(memory + "know_attn.null_key", Tensors.full(0, heads * shape.hiddenSize()));
        }
    }
}
