package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Where the weights around a memory start. */
class WarmStartTest {
    private static final long SEED = 20261124;
    private static final int HIDDEN = 32;
    private static final String RETRIEVER = "bert.encoder.retriever.";
    private static final String KEY = RETRIEVER + "key_proj.";
    private static final String KEY_POOLER = RETRIEVER + "document_encoder.pooler.pooler.";

    private static PlugLMConfig config(Consumer<PlugLMConfig.Draft> changes) {
        return PlugLMConfig.of(c -> {
            c.vocabSize = 60;
            c.hiddenSize = HIDDEN;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 4;
            c.intermediateSize = 48;
            c.maxPositionEmbeddings = 20;
            c.numMemoryLayers = 2;
            c.memoryLayerFfnDim = 24;
            c.querySize = 16;
            c.memoryInit = MemoryInit.WARM_START;
            changes.accept(c);
        });
    }

    private static float[] numbers(PlugLMModel model, String name) {
        return Tensors.floats(model.parameters().all().get(name));
    }

    @Test
    void queriesAreMadeAsKeysAreInEveryMemoryLayer() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED)) {
            for (int i : new int[] {1, 2}) {
                String layer = "bert.encoder.layer." + i + ".memory_layer.";
                for (String kind : new String[] {"weight", "bias"}) {
                    assertArrayEquals(numbers(model, KEY + kind), numbers(model, layer + "query_proj." + kind));
                    for (String part : new String[] {"att_fc1.", "att_fc2."}) {
                        assertArrayEquals(numbers(model, KEY_POOLER + part + kind),
                                numbers(model, layer + "pooler.pooler." + part + kind));
                    }
                }
                float[] beta = new float[4];
                Arrays.fill(beta, 5);
                assertArrayEquals(beta, numbers(model, layer + "know_attn.beta"));
            }
            float[] inner = numbers(model, KEY_POOLER + "att_fc1.weight");
            assertEquals(0.02, Math.sqrt(squares(inner) / inner.length), 0.002);
            assertFalse(Arrays.equals(Arrays.copyOf(inner, HIDDEN), numbers(model, KEY_POOLER + "att_fc2.weight")));
        }
    }

    private static double squares(float[] numbers) {
        double sum = 0;
        for (float number : numbers) {
            sum += number * number;
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 32, 50})
    void projectionsKeepLengthsAndAnglesAsFarAsTheyHaveRoom(int querySize) {
        try (PlugLMModel model = PlugLMModel.random(config(c -> c.querySize = querySize), SEED); Scope _ = Scope.open()) {
            Tensor rows = model.parameters().all().get(KEY + "weight").detach();
            assertTrue(rows.is_contiguous());
            Tensor products = querySize <= HIDDEN ? rows.matmul(rows.t()) : rows.t().matmul(rows);
            int size = Math.min(querySize, HIDDEN);
            float[] found = Tensors.floats(products);
            for (int i = 0; i < found.length; i++) {
                assertEquals(i / size == i % size ? 1 : 0, found[i], 1e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void theMemoryAddsNothingAtFirstAndHasGradientsOfUsualSize(KnowledgeAttentionType type) {
        for (boolean norm : new boolean[] {false, true}) {
            PlugLMConfig config = config(c -> {
                c.knowledgeAttentionType = type;
                c.valueLayerNorm = norm;
                c.valueType = type == KnowledgeAttentionType.SENTENCE_LEVEL ? ValueType.POOLED : ValueType.TOKENS;
            });
            int[][] text = {{3, 14, 15, 9, 26}, {5, 35, 8}};
            int[][] passages = {{7, 8, 9}, {10, 11}, {12, 13, 14, 15}};
            try (PlugLMModel model = PlugLMModel.random(config, SEED); Scope _ = Scope.open();
                    Memory memory = TestMemories.of(model, passages); Memory.View view = memory.view()) {
                Pass live = Pass.of(config, true, view);
                Added added = new Added();
                model.states(Input.of(text, 0), live.watchedBy(added)).select(2, 3).sum().backward();
                assertEquals(2, added.layers);
                List<String> last = model.parameters().all().keySet().stream()
                        .filter(name -> SilentMemory.weight(name, config).isPresent() && name.endsWith(".weight"))
                        .toList();
                assertFalse(last.isEmpty());
                for (String name : last) {
                    double gradient = model.parameters().trainable().get(name).grad().norm().item_double();
                    assertTrue(gradient > 0 && gradient < 1000, () -> name + " has a gradient of " + gradient);
                }
            }
        }
    }

    /** Sees that memory layers add zeros. */
    private static final class Added implements Trace {
        private int layers;

        @Override
        public void memory(int layer, Tensor added) {
            layers++;
            assertEquals(0, added.abs().max().item_float());
        }
    }

    @Test
    void onlyWeightsThatAreDrawnAreConcernedAndQueriesFollowKeysThatAreGiven() {
        PlugLMConfig published = config(c -> c.memoryInit = MemoryInit.PUBLISHED);
        try (PlugLMModel drawn = PlugLMModel.random(published, 1)) {
            Map<String, Tensor> weights = drawn.parameters().all();
            assertEquals(1, numbers(drawn, "bert.encoder.layer.1.memory_layer.know_attn.beta")[0]);
            try (PlugLMModel all = of(config(_ -> {}), name -> true, weights);
                    PlugLMModel some = of(config(_ -> {}), name -> !name.contains(".memory_layer."), weights)) {
                weights.keySet().forEach(name -> assertArrayEquals(numbers(drawn, name), numbers(all, name), name));
                assertEquals(List.of(), all.parameters().fresh());
                assertArrayEquals(numbers(drawn, KEY + "weight"),
                        numbers(some, "bert.encoder.layer.2.memory_layer.query_proj.weight"));
                assertEquals(new TreeSet<>(weights.keySet().stream().filter(n -> n.contains(".memory_layer.")).toList()),
                        new TreeSet<>(some.parameters().fresh()));
            }
        }
    }

    private static PlugLMModel of(
            PlugLMConfig config, Predicate<String> given, Map<String, Tensor> weights) {
        return PlugLMModel.of(config, name -> Optional.ofNullable(weights.get(name)).filter(_ -> given.test(name)),
                new Device("cpu"), Precision.FP32, 2);
    }

    @Test
    void theSameSeedGivesTheSameStartAndAnotherAnother() {
        try (PlugLMModel one = PlugLMModel.random(config(_ -> {}), 1); PlugLMModel same = PlugLMModel.random(config(_ -> {}), 1);
                PlugLMModel other = PlugLMModel.random(config(_ -> {}), 2)) {
            assertArrayEquals(numbers(one, KEY + "weight"), numbers(same, KEY + "weight"));
            assertFalse(Arrays.equals(numbers(one, KEY + "weight"), numbers(other, KEY + "weight")));
        }
    }
}
