package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** What the model promises beyond the published numbers: SPEC 1.4, and where the reference fails. */
class PlugLMModelTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);
    private static final int PASSAGES = 20;

    private final Random random = new Random(SEED);

    private static PlugLMConfig config(Consumer<PlugLMConfig.Draft> changes) {
        return PlugLMConfig.of(c -> {
            c.vocabSize = 120;
            c.hiddenSize = 32;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 4;
            c.intermediateSize = 48;
            c.maxPositionEmbeddings = 40;
            c.numMemoryLayers = 2;
            c.memoryLayerFfnDim = 24;
            c.memoryK = 3;
            c.querySize = 16;
            c.initializerRange = 0.3;
            changes.accept(c);
        });
    }

    private ArrayMemory memory(int passages) {
        float[] keys = floats(passages * 16);
        int[][] tokens = new int[passages][];
        for (int row = 0; row < passages; row++) {
            tokens[row] = text(3 + random.nextInt(8));
        }
        return ArrayMemory.builder("test", Vectors.rounded(keys, 16))
                .values(Vectors.rounded(floats(passages * 32), 32))
                .tokens(tokens)
                .build();
    }

    private float[] floats(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private int[] text(int length) {
        return random.ints(length, 1, 120).toArray();
    }

    private static float[] states(PlugLMModel model, Memory memory, int[][] texts) {
        return Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                return Tensors.floats(model.states(Input.of(texts, 0), Pass.prediction(view)));
            }
        });
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void realTokensDoNotDependOnPaddingNorOnOtherSequences(KnowledgeAttentionType type) {
        for (PoolerType pooler : PoolerType.values()) {
            for (String encoder : new String[] {"word_embedding", "first_1"}) {
                PlugLMConfig config = config(c -> {
                    c.knowledgeAttentionType = type;
                    c.memoryPoolerType = pooler;
                    c.documentEncoderPoolerType = pooler;
                    c.documentEncoderType = DocumentEncoderType.of(encoder);
                });
                try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(PASSAGES)) {
                    int[] text = text(7);
                    float[] alone = states(model, memory, new int[][] {text});
                    float[] beside = states(model, memory, new int[][] {text, text(23)});
                    assertArrayEquals(alone, Arrays.copyOf(beside, alone.length), 2e-5f, () -> "seed " + SEED);
                }
            }
        }
    }

    @Test
    void theFaultyReshapeOfTheReferenceDependsOnPadding() {
        PlugLMConfig config = config(c -> c.referenceCompatible = true);
        try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(PASSAGES)) {
            int[] text = text(7);
            float[] alone = states(model, memory, new int[][] {text});
            float[] beside = states(model, memory, new int[][] {text, text(23)});
            assertFalse(Arrays.equals(alone, Arrays.copyOf(beside, alone.length)));
        }
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void askingForMorePassagesThanThereAreReadsThoseThatThereAre(KnowledgeAttentionType type) {
        PlugLMConfig three = config(c -> c.knowledgeAttentionType = type);
        PlugLMConfig many = three.with(c -> c.memoryK = 50);
        int[][] texts = {text(6), text(9)};
        try (PlugLMModel a = PlugLMModel.random(three, SEED); PlugLMModel b = PlugLMModel.random(many, SEED);
                ArrayMemory memory = memory(3)) {
            assertArrayEquals(states(a, memory, texts), states(b, memory, texts), 1e-6f);
        }
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void anEmptyMemoryGivesFiniteStates(KnowledgeAttentionType type) {
        PlugLMConfig config = config(c -> c.knowledgeAttentionType = type);
        try (PlugLMModel model = PlugLMModel.random(config, SEED)) {
            for (float number : states(model, Memory.empty(), new int[][] {text(5)})) {
                assertTrue(Float.isFinite(number));
            }
        }
    }

    @Test
    void whereNothingIsFoundNothingIsAddedWhateverTheOutputProjectionHasLearned() {
        PlugLMConfig config = config(c -> c.numMemoryLayers = 1);
        int[][] texts = {text(5), text(8)};
        try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(PASSAGES)) {
            float[] nothing = states(model, Memory.empty(), texts);
            float[] something = states(model, memory, texts);
            try (NoGradGuard _ = new NoGradGuard()) {
                model.parameters().all().forEach((name, weight) -> {
                    if (name.endsWith("out_proj.bias")) {
                        weight.add_(new Scalar(3.0));
                    }
                });
            }
            assertArrayEquals(nothing, states(model, Memory.empty(), texts));
            assertFalse(Arrays.equals(something, states(model, memory, texts)));
            // The first text finds passages, the second none.
            float[] mixed = states(model, new FirstQueryOnly(memory), texts);
            float[] found = states(model, memory, texts);
            assertArrayEquals(Arrays.copyOf(found, 5 * 32), Arrays.copyOf(mixed, 5 * 32), 1e-5f);
            assertArrayEquals(Arrays.copyOfRange(nothing, 8 * 32, 16 * 32), Arrays.copyOfRange(mixed, 8 * 32, 16 * 32),
                    1e-5f);
        }
    }

    /** A memory in which only the first query of each search finds anything. */
    private record FirstQueryOnly(Memory all) implements Memory {
        @Override
        public View view() {
            View whole = all.view();
            return (View) Proxy.newProxyInstance(View.class.getClassLoader(),
                    new Class<?>[] {View.class}, (_, method, arguments) -> {
                        Object made = method.invoke(whole, arguments);
                        if (made instanceof Hits hits) {
                            Arrays.fill(hits.counts(), 1, hits.queries(), 0);
                        }
                        return made;
                    });
        }

        @Override
        public void close() {
            all.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void anyNumberOfMemoryLayersWorksWithAndWithoutFeedForward(int memoryLayers) {
        for (int inner : new int[] {0, 8}) {
            PlugLMConfig config = config(c -> {
                c.numMemoryLayers = memoryLayers;
                c.memoryLayerFfnDim = inner;
                c.queryBatchnorm = inner > 0;
            });
            try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(PASSAGES)) {
                assertEquals(2 * 6 * 32, states(model, memory, new int[][] {text(6), text(4)}).length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Task.class)
    void sparingTheLastLayerWhatTheHeadDoesNotReadChangesNothing(Task task) {
        for (int memoryLayers : new int[] {0, 1, 3}) {
            for (boolean referenceCompatible : new boolean[] {false, true}) {
                PlugLMConfig config = config(c -> {
                    c.task = task;
                    c.numMemoryLayers = memoryLayers;
                    c.memoryLayerFfnDim = memoryLayers == 3 ? 0 : 24;
                    c.referenceCompatible = referenceCompatible;
                });
                try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(PASSAGES);
                        Scope _ = Scope.open(); Memory.View view = memory.view()) {
                    Pass pass = Pass.prediction(view);
                    Input input = Input.of(new int[][] {text(9), text(6), text(1)}, 0);
                    float[] all = Tensors.floats(model.logits(model.states(input, pass), pass));
                    assertArrayEquals(all, Tensors.floats(model.logits(input, pass)), 2e-5f, () -> "seed " + SEED);
                }
            }
        }
    }

    @Test
    void aBatchOfOneTrainsWithKeysOrValuesFixedOrNeither() {
        for (boolean keys : new boolean[] {false, true}) {
            for (boolean values : new boolean[] {false, true}) {
                PlugLMConfig config = config(c -> {
                    c.fixKeys = keys;
                    c.fixValues = values;
                });
                try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(PASSAGES);
                        Scope _ = Scope.open(); Memory.View view = memory.view()) {
                    Pass pass = Pass.of(config, true, view);
                    Tensor logits = model.logits(model.states(Input.of(new int[][] {text(5)}, 0), pass), pass);
                    Tensor loss = model.loss(logits, Tensors.of(new long[] {-1, 7, -1, -1, 9}, 1, 5));
                    loss.backward();
                    assertTrue(Float.isFinite(loss.item_float()));
                    String query = "bert.encoder.layer.2.memory_layer.query_proj.weight";
                    assertTrue(model.parameters().trainable().get(query).grad().defined());
                    assertEquals(!values, model.parameters().all().containsKey(
                            "bert.encoder.retriever.value_proj.weight"));
                }
            }
        }
    }

    @Test
    void aMemoryOfAnotherSizeIsRefusedInOneLine() {
        try (PlugLMModel model = PlugLMModel.random(config(c -> c.querySize = 8), SEED);
                ArrayMemory memory = memory(PASSAGES)) {
            Problem problem = assertThrows(Problem.class, () -> states(model, memory, new int[][] {text(5)}));
            assertTrue(problem.getMessage().contains("keys of size 16"), problem::getMessage);
        }
    }

    @Test
    void aTextLongerThanThePositionsIsRefusedInOneLine() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED)) {
            Problem problem = assertThrows(
                    Problem.class, () -> states(model, Memory.empty(), new int[][] {text(41)}));
            assertTrue(problem.getMessage().contains("41 tokens"), problem::getMessage);
        }
    }

    @Test
    void aModelKeepsTheEncoderOfItsMemoriesThroughTraining() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED)) {
            int[][] passages = {text(5), text(9)};
            String fingerprint = model.memoryEncoderFingerprint().orElseThrow();
            float[] before = model.memoryEncoder().orElseThrow().encode(passages).keys();
            model.carryMemoryEncoder();
            Scope.withoutGradients(() -> model.parameters().all().get("bert.embeddings.word_embeddings.weight")
                    .add_(new Scalar(0.5)));
            assertEquals(fingerprint, model.memoryEncoderFingerprint().orElseThrow());
            assertArrayEquals(before, model.memoryEncoder().orElseThrow().encode(passages).keys());
        }
    }

    @Test
    void trainingChangesTheFingerprintOfAnEncoderThatIsNotCarried() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED)) {
            String before = model.memoryEncoderFingerprint().orElseThrow();
            Scope.withoutGradients(() -> model.parameters().all().get("bert.encoder.retriever.key_proj.bias")
                    .add_(new Scalar(0.5)));
            assertNotEquals(before, model.memoryEncoderFingerprint().orElseThrow());
        }
    }

    @Test
    void nativeMemoryStaysFlatOverTwoThousandPredictions() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED); ArrayMemory memory = memory(PASSAGES)) {
            int[][] texts = {text(6)};
            for (int i = 0; i < 50; i++) {
                states(model, memory, texts);
            }
            System.gc();
            long pointers = Pointer.totalCount();
            for (int i = 0; i < 2000; i++) {
                states(model, memory, texts);
            }
            long after = Pointer.totalCount();
            assertTrue(after <= pointers, () -> pointers + " native objects before, " + after + " after");
        }
    }
}
