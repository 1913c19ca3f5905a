package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Passages that are read token by token. */
class TokenValuesTest extends TokenValuesFixture {
    @ParameterizedTest
    @ValueSource(strings = {"word_embedding", "first_1", "first_2"})
    void realTokensDependNeitherOnPaddingNorOnOtherSequencesNorOnThePassagesTheseFind(String encoder) {
        for (KnowledgeAttentionType type : List.of(
                KnowledgeAttentionType.MULTI_HEAD, KnowledgeAttentionType.SINGLE_HEAD)) {
            PlugLMConfig config = config(c -> {
                c.knowledgeAttentionType = type;
                c.documentEncoderType = DocumentEncoderType.of(encoder);
                c.valueLayerNorm = true;
                c.memoryK = 2;
            });
            try (PlugLMModel model = PlugLMModel.random(config, SEED);
                    ArrayMemory memory = memory(3, 5, 4, 38, 9, 1, 30, 6, 17, 2)) {
                int[] text = text(7);
                int[] other = text(23);
                for (boolean stored : new boolean[] {true, false}) {
                    float[] alone = states(model, memory, stored, text);
                    float[] beside = states(model, memory, stored, text, other, text(4), text(12));
                    assertArrayEquals(alone, Arrays.copyOf(beside, alone.length), 2e-5f, () -> "seed " + SEED);
                }
            }
        }
    }

    /**
     * Without positions a token's value depends on the token alone, so a passage is as much as its tokens, each a passage
     * with the same key.
     */
    @ParameterizedTest
    @EnumSource(value = KnowledgeAttentionType.class, names = {"MULTI_HEAD", "SINGLE_HEAD"})
    void theSoftmaxGoesOverAllTokensOfAllPassagesAndThePassagesWeightIsTheSumOfTheirs(KnowledgeAttentionType type) {
        PlugLMConfig config = config(c -> {
            c.knowledgeAttentionType = type;
            c.documentEncoderType = DocumentEncoderType.WORD_EMBEDDING;
            c.memoryK = 2;
        });
        float[] key1 = floats(KEY);
        float[] key2 = floats(KEY);
        float[] five = new float[5 * KEY];
        for (int i = 0; i < 5; i++) {
            System.arraycopy(i < 3 ? key1 : key2, 0, five, i * KEY, KEY);
        }
        float[] two = Arrays.copyOf(key1, 2 * KEY);
        System.arraycopy(key2, 0, two, KEY, KEY);
        try (PlugLMModel model = PlugLMModel.random(config, SEED);
                PlugLMModel wide = PlugLMModel.random(config.with(c -> c.memoryK = 5), SEED);
                ArrayMemory whole = memory(two, new int[][] {{11, 12, 13}, {14, 15}});
                ArrayMemory parts = memory(five, new int[][] {{11}, {12}, {13}, {14}, {15}})) {
            for (PlugLMModel each : List.of(model, wide)) {
                change(each, "bert.embeddings.position_embeddings.weight", Tensor::zero_);
                change(each, betaOf(type), beta -> beta.fill_(new Scalar(3.0)));
            }
            int[] text = text(6);
            Weights together = new Weights();
            Weights apart = new Weights();
            assertArrayEquals(together.states(model, whole, text), apart.states(wide, parts, text), 2e-5f);
            for (int i = 0; i < together.weights.length / 2; i++) {
                for (int passage = 0; passage < 2; passage++) {
                    float sum = 0;
                    for (int j = 0; j < 5; j++) {
                        boolean own = apart.rows[j] < 3 == (together.rows[passage] == 0);
                        sum += own ? apart.weights[i * 5 + j] : 0;
                    }
                    assertEquals(sum, together.weights[i * 2 + passage], 1e-5f);
                }
            }
        }
    }

    private static String betaOf(KnowledgeAttentionType type) {
        assertNotEquals(KnowledgeAttentionType.SENTENCE_LEVEL, type);
        return ATTENTION + "beta";
    }

    /** What was found for one text, and how it was read. */
    private static final class Weights implements Trace {
        private int[] rows;
        private float[] weights;

        float[] states(PlugLMModel model, Memory memory, int[] text) {
            return Scope.withoutGradients(() -> {
                try (Memory.View view = memory.view()) {
                    return Tensors.floats(model.states(
                            Input.of(new int[][] {text}, 0), Pass.prediction(view).watchedBy(this)));
                }
            });
        }

        @Override
        public void lookup(int layer, Memory.Hits hits, Tensor found) {
            rows = hits.rows();
            weights = Tensors.floats(found);
            assertEquals(hits.counts()[0], found.size(3));
        }
    }

    @Test
    void aPassageOfOneTokenIsReadAsItsPooledValueIs() {
        PlugLMConfig tokens = config(c -> c.documentEncoderPoolerType = PoolerType.FIRST);
        PlugLMConfig pooled = tokens.with(c -> c.valueType = ValueType.POOLED);
        int[][] passages = texts(1, 1, 1, 1, 1, 1);
        float[] keys = floats(passages.length * KEY);
        try (PlugLMModel one = PlugLMModel.random(tokens, SEED); PlugLMModel other = PlugLMModel.random(pooled, SEED)) {
            float[] values = other.memoryEncoder().orElseThrow().encode(passages).values();
            try (ArrayMemory bare = memory(keys, passages);
                    ArrayMemory full = ArrayMemory.builder("full", Vectors.fp32(keys, KEY))
                            .values(Vectors.fp32(values, HIDDEN)).build()) {
                int[] text = text(9);
                assertArrayEquals(states(other, full, text), states(one, bare, text), 2e-5f);
            }
        }
    }

    @Test
    void storedKeysWithTokensMadeAnewComeToTheSameAsALivePass() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED)) {
            int[][] passages = texts(4, 9, 2, 13, 7);
            MemoryEncoder.Encoded made = model.memoryEncoder().orElseThrow().encode(passages);
            assertEquals(0, made.values().length);
            try (ArrayMemory memory = memory(made.keys(), passages)) {
                int[] text = text(8);
                assertArrayEquals(states(model, memory, false, text), states(model, memory, true, text), 2e-5f);
            }
        }
    }

    @Test
    void gradientsAreThoseOfTheLoss() {
        PlugLMConfig config = config(c -> {
            c.valueLayerNorm = true;
            c.memoryK = 4;
        });
        int[][] inputs = texts(6, 9, 5);
        long[] labels = new long[3 * 9];
        Arrays.fill(labels, -1);
        labels[2] = 17;
        labels[9 + 4] = 50;
        labels[18] = 99;
        try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(4, 11, 7, 3);
                Scope _ = Scope.open(); Memory.View view = memory.view()) {
            Pass pass = Pass.of(config, true, view);
            assertFalse(pass.storedKeys() || pass.storedValues());
            loss(model, pass, inputs, labels).backward();
            for (String name : List.of(
                    RETRIEVER + "value_proj.weight", RETRIEVER + "value_proj.bias", RETRIEVER + "key_proj.weight",
                    RETRIEVER + "document_encoder.pooler.pooler.att_fc1.weight",
                    "bert.embeddings.word_embeddings.weight", "bert.encoder.layer.0.attention.self.query.weight",
                    "bert.encoder.layer.0.output.dense.weight", ATTENTION + "beta",
                    ATTENTION + "values.LayerNorm.weight", ATTENTION + "values.LayerNorm.bias",
                    ATTENTION + "biased_multihead_attn.q_proj.weight",
                    ATTENTION + "biased_multihead_attn.k_proj.weight",
                    ATTENTION + "biased_multihead_attn.v_proj.weight",
                    ATTENTION + "biased_multihead_attn.out_proj.weight",
                    LAYER + "memory_layer.query_proj.weight",
                    LAYER + "memory_layer.pooler.pooler.att_fc1.weight")) {
                checkAlong(model, name, () -> Scope.withoutGradients(
                        () -> loss(model, pass, inputs, labels).item_double()));
            }
        }
    }

    private static Tensor loss(PlugLMModel model, Pass pass, int[][] inputs, long[] labels) {
        Tensor logits = model.logits(model.states(Input.of(inputs, 0), pass), pass);
        return model.loss(logits, Tensors.of(labels, inputs.length, labels.length / inputs.length));
    }

    /** The slope of the loss along the gradient is the gradient's length. */
    private static void checkAlong(PlugLMModel model, String name, DoubleSupplier loss) {
        Tensor weight = model.parameters().trainable().get(name);
        assertTrue(weight.grad().defined(), name);
        double length = weight.grad().norm().item_double();
        assertTrue(length > 1e-4, () -> name + " has a gradient of " + length);
        Tensor direction = weight.grad().div(new Scalar(length));
        double step = 4e-3;
        change(model, name, w -> w.add_(direction, new Scalar(step)));
        double above = loss.getAsDouble();
        change(model, name, w -> w.add_(direction, new Scalar(-2 * step)));
        double below = loss.getAsDouble();
        change(model, name, w -> w.add_(direction, new Scalar(step)));
        assertEquals(length, (above - below) / (2 * step), 0.03 * length + 2e-4, name + ", seed " + SEED);
    }

    @Test
    void emptyMemoriesAndEmptyPassagesGiveFiniteStatesAndGradients() {
        PlugLMConfig config = config(c -> c.valueLayerNorm = true);
        try (PlugLMModel model = PlugLMModel.random(config, SEED);
                ArrayMemory hollow = memory(floats(2 * KEY), new int[][] {{}, {0, 0}})) {
            for (Memory memory : List.of(Memory.empty(), hollow)) {
                for (boolean stored : new boolean[] {true, false}) {
                    for (float number : states(model, memory, stored, text(5), text(3))) {
                        assertTrue(Float.isFinite(number));
                    }
                }
                try (Scope _ = Scope.open(); Memory.View view = memory.view()) {
                    model.states(Input.of(texts(5, 3), 0), Pass.of(config, true, view)).select(2, 3).sum()
                            .backward();
                    Tensor gradient = model.parameters().trainable().get(LAYER + "attention.self.query.weight").grad();
                    assertTrue(Double.isFinite(gradient.norm().item_double()));
                }
            }
        }
    }
}
