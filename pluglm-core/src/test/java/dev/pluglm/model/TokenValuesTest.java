package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.disk.Sha256;
import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/** Passages that are read token by token. */
class TokenValuesTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);
    private static final int KEY = 16;
    private static final int HIDDEN = 32;
    private static final String LAYER = "bert.encoder.layer.2.";
    private static final String ATTENTION = LAYER + "memory_layer.know_attn.";
    private static final String RETRIEVER = "bert.encoder.retriever.";

    private final Random random = new Random(SEED);

    private static PlugLMConfig config(Consumer<PlugLMConfig.Draft> changes) {
        return PlugLMConfig.of(c -> {
            c.vocabSize = 120;
            c.hiddenSize = HIDDEN;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 4;
            c.intermediateSize = 48;
            c.maxPositionEmbeddings = 40;
            c.numMemoryLayers = 1;
            c.memoryLayerFfnDim = 24;
            c.memoryK = 3;
            c.querySize = KEY;
            c.initializerRange = 0.3;
            c.documentEncoderType = DocumentEncoderType.of("first_1");
            c.valueType = ValueType.TOKENS;
            c.hiddenDropoutProb = 0;
            c.attentionProbsDropoutProb = 0;
            changes.accept(c);
        });
    }

    private int[] text(int length) {
        return random.ints(length, 1, 120).toArray();
    }

    private int[][] texts(int... lengths) {
        return Arrays.stream(lengths).mapToObj(this::text).toArray(int[][]::new);
    }

    private float[] floats(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private static ArrayMemory memory(float[] keys, int[][] tokens) {
        return ArrayMemory.builder("test", Vectors.fp32(keys, KEY)).tokens(tokens).build();
    }

    private ArrayMemory memory(int... lengths) {
        return memory(floats(lengths.length * KEY), texts(lengths));
    }

    private static float[] states(PlugLMModel model, Memory memory, int[]... texts) {
        return states(model, memory, true, texts);
    }

    private static float[] states(PlugLMModel model, Memory memory, boolean stored, int[]... texts) {
        return Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Pass pass = new Pass(false, view, stored, stored, Trace.NONE, Peers.NONE);
                return Tensors.floats(model.states(Input.of(texts, 0), pass));
            }
        });
    }

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

    private static void change(PlugLMModel model, String weight, Consumer<Tensor> change) {
        Scope.withoutGradients(() -> {
            change.accept(model.parameters().all().get(weight));
            return weight;
        });
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
    void whatIsReadIsTheSameToTheLastBitWhateverWasReadBefore() {
        PlugLMConfig config = config(_ -> {});
        int[][] passages = texts(3, 5, 4, 38, 9, 1, 30, 6, 17, 2);
        float[] keys = floats(passages.length * KEY);
        int[][] questions = texts(5, 6, 7, 8, 9, 5, 6, 7, 8, 9);
        try (PlugLMModel busy = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(keys, passages)) {
            float[][] first = Arrays.stream(questions).map(q -> states(busy, memory, q)).toArray(float[][]::new);
            for (int i = questions.length - 1; i >= 0; i--) {
                assertArrayEquals(first[i], states(busy, memory, questions[i]));
                try (PlugLMModel fresh = PlugLMModel.random(config, SEED)) {
                    assertArrayEquals(first[i], states(fresh, memory, questions[i]));
                }
            }
        }
    }

    @Test
    void noMoreIsKeptThanThereIsRoomForAndTheLatestIsKeptLongest() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED); Scope _ = Scope.open()) {
            Retriever encoder = model.memoryEncoder().orElseThrow().retriever();
            long version = encoder.version().orElseThrow();
            TokenValues little = new TokenValues(model.config(), 10 * HIDDEN);
            TokenValues much = new TokenValues(model.config(), 1000 * HIDDEN);
            int[][] passages = texts(4, 3, 12, 1, 5, 4, 2, 7);
            for (int i = 0; i < 100; i++) {
                int[][] some = {passages[random.nextInt(8)], passages[random.nextInt(8)]};
                PassageValues expected = much.of(some, encoder, version);
                assertArrayEquals(Tensors.floats(expected.values()),
                        Tensors.floats(little.of(some, encoder, version).values()));
                assertTrue(little.kept() <= 10 * HIDDEN);
            }
            assertEquals(38 * HIDDEN, much.kept());
            little.of(new int[][] {passages[0], passages[1]}, encoder, version);
            little.of(new int[][] {passages[0]}, encoder, version);
            little.of(new int[][] {passages[4]}, encoder, version);
            assertEquals(9 * HIDDEN, little.kept());
        }
    }

    @Test
    void whatWasKeptIsForgottenWhenAWeightChanges() {
        PlugLMConfig config = config(_ -> {});
        try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(4, 9, 2, 13, 7)) {
            int[] text = text(8);
            String[] weights = {RETRIEVER + "value_proj.bias", "bert.encoder.layer.0.output.dense.bias"};
            List<Consumer<String>> changes = List.of(
                    name -> change(model, name, w -> w.add_(new Scalar(0.1))),
                    name -> change(model, name, w -> w.copy_(w.mul(new Scalar(1.5)))),
                    name -> fusedStep(model.parameters().trainable().get(name)));
            for (Consumer<String> change : changes) {
                for (String weight : weights) {
                    float[] before = states(model, memory, text);
                    change.accept(weight);
                    float[] after = states(model, memory, text);
                    assertFalse(Arrays.equals(before, after), weight);
                    Map<String, Tensor> now = model.tensors();
                    try (PlugLMModel same = PlugLMModel.of(config, name -> Optional.ofNullable(now.get(name)),
                            model.device(), Precision.FP32, 0)) {
                        assertArrayEquals(states(same, memory, text), after, 2e-5f);
                    }
                }
            }
        }
    }

    /** How optimisers change weights: all at once, by a native operator that does not count as a change in libtorch. */
    private static void fusedStep(Tensor weight) {
        try (Scope _ = Scope.open()) {
            fused(weight);
        }
    }

    private static void fused(Tensor weight) {
        IValue none = list();
        IValue no = new IValue(false);
        Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "").callBoxed(new IValueVector(
                list(weight), list(torch.ones_like(weight)), list(torch.zeros_like(weight)),
                list(torch.zeros_like(weight)), none, list(weight.new_full(new long[0], new Scalar(1.0))),
                new IValue(0.1), new IValue(0.9), new IValue(0.999), new IValue(0.0), new IValue(1e-8), no, no,
                new IValue(), new IValue()));
    }

    private static IValue list(Tensor... tensors) {
        GenericList list = new GenericList(new TensorList().elementType());
        Arrays.stream(tensors).forEach(tensor -> list.push_back(new IValue(tensor)));
        return new IValue(list);
    }

    @Test
    void aCarriedEncoderGoesOnReadingPassagesAsTheMemoryWasMade() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED); ArrayMemory memory = memory(4, 9, 2, 13)) {
            int[] text = text(8);
            float[] before = states(model, memory, text);
            String fingerprint = model.memoryEncoderFingerprint().orElseThrow();
            model.carryMemoryEncoder();
            assertArrayEquals(before, states(model, memory, text));
            change(model, RETRIEVER + "value_proj.weight", w -> w.mul_(new Scalar(3.0)));
            assertArrayEquals(before, states(model, memory, text));
            assertEquals(fingerprint, model.memoryEncoderFingerprint().orElseThrow());
        }
    }

    @Test
    void fixedKeysAndValuesNeedACarriedEncoderAndTrainWithIt() {
        PlugLMConfig fixed = config(c -> {
            c.fixKeys = true;
            c.fixValues = true;
        });
        int[] text = text(8);
        try (PlugLMModel none = PlugLMModel.random(fixed, SEED); ArrayMemory memory = memory(4, 9, 2, 13);
                PlugLMModel whole = PlugLMModel.random(config(_ -> {}), SEED)) {
            Problem problem = assertThrows(Problem.class, () -> states(none, memory, text));
            assertTrue(problem.getMessage().contains("no memory encoder"), problem::getMessage);
            whole.carryMemoryEncoder();
            Map<String, Tensor> weights = whole.tensors();
            try (PlugLMModel model = PlugLMModel.of(fixed, name -> Optional.ofNullable(weights.get(name)),
                            whole.device(), Precision.FP32, 0);
                    Scope _ = Scope.open(); Memory.View view = memory.view()) {
                assertArrayEquals(states(whole, memory, text), states(model, memory, text));
                Tensor logits = model.logits(
                        model.states(Input.of(new int[][] {text}, 0), Pass.of(fixed, true, view)),
                        Pass.of(fixed, true, view));
                logits.sum().backward();
                Tensor read = model.parameters().trainable().get(ATTENTION + "biased_multihead_attn.k_proj.weight");
                assertTrue(read.grad().norm().item_double() > 0);
                assertFalse(model.parameters().all().containsKey(RETRIEVER + "value_proj.weight"));
            }
        }
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

    @Test
    void passagesThatTheModelCannotReadAreRefusedInOneLine() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED)) {
            for (boolean stored : new boolean[] {true, false}) {
                assertTrue(refused(model, new int[] {5, 120}, stored).contains("token id 120"));
                assertTrue(refused(model, new int[] {-1}, stored).contains("token id -1"));
                assertTrue(refused(model, new int[41], stored).contains("41 tokens"));
            }
            try (ArrayMemory bare = ArrayMemory.ofFloats("bare", KEY, floats(3 * KEY))) {
                Problem problem = assertThrows(Problem.class, () -> states(model, bare, text(4)));
                assertTrue(problem.getMessage().contains("no tokens"), problem::getMessage);
            }
        }
    }

    private String refused(PlugLMModel model, int[] passage, boolean stored) {
        try (ArrayMemory memory = memory(floats(KEY), new int[][] {passage})) {
            String message = assertThrows(
                    Problem.class, () -> states(model, memory, stored, text(4))).getMessage();
            assertEquals(1, message.lines().count());
            return message;
        }
    }

    @Test
    void whatCannotBeReadTokenByTokenIsRefusedByTheConfiguration() {
        String sentence = assertThrows(Problem.class, () -> config(
                c -> c.knowledgeAttentionType = KnowledgeAttentionType.SENTENCE_LEVEL)).getMessage();
        assertTrue(sentence.contains("sentence_level") && sentence.contains("value_type"), sentence);
        String published = assertThrows(Problem.class, () -> config(c -> {
            c.referenceCompatible = true;
            c.documentEncoderType = DocumentEncoderType.WORD_EMBEDDING;
        })).getMessage();
        assertTrue(published.contains("value_type") && published.contains("reference_compatible"), published);
        assertThrows(Problem.class, () -> PlugLMConfig.of(c -> {
            c.referenceCompatible = true;
            c.valueLayerNorm = true;
        }));
    }

    @Test
    void aMemoryForTokensAndOneForPooledValuesAreToldApartByTheirFingerprints() {
        PlugLMConfig pooled = config(c -> c.valueType = ValueType.POOLED);
        try (PlugLMModel one = PlugLMModel.random(config(_ -> {}), SEED);
                PlugLMModel other = PlugLMModel.random(pooled, SEED)) {
            assertNotEquals(one.memoryEncoderFingerprint(), other.memoryEncoderFingerprint());
            assertEquals(published(other), other.memoryEncoderFingerprint().orElseThrow());
        }
    }

    /** As fingerprints were before there were token values: memories that exist must go on fitting. */
    private static String published(PlugLMModel model) {
        MessageDigest digest = Sha256.start();
        digest.update("first_1 ATTENTIVE".getBytes(StandardCharsets.UTF_8));
        List<Map.Entry<String, Tensor>> own = new ArrayList<>(model.parameters().all().entrySet());
        own.removeIf(it -> !it.getKey().startsWith("bert.embeddings.") && !it.getKey().startsWith(RETRIEVER)
                && !it.getKey().startsWith("bert.encoder.layer.0."));
        own.forEach(it -> {
            digest.update((it.getKey() + Arrays.toString(Tensors.shape(it.getValue()))).getBytes(
                    StandardCharsets.UTF_8));
            digest.update(Tensors.bytes(it.getValue().detach().contiguous()).asByteBuffer());
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void aPooledModelRefusesAMemoryWithoutValues() {
        try (PlugLMModel model = PlugLMModel.random(config(c -> c.valueType = ValueType.POOLED), SEED);
                ArrayMemory memory = memory(4, 9)) {
            Problem problem = assertThrows(Problem.class, () -> states(model, memory, text(5)));
            assertTrue(problem.getMessage().contains("values of size 0"), problem::getMessage);
        }
    }

    @Test
    void nativeMemoryStaysFlatOverPredictions() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED);
                ArrayMemory memory = memory(IntStream.range(0, 30).map(i -> 1 + i).toArray())) {
            int[][] questions = texts(IntStream.range(0, 300).map(i -> 3 + i % 20).toArray());
            for (int i = 0; i < 50; i++) {
                states(model, memory, questions[i]);
            }
            System.gc();
            long pointers = Pointer.totalCount();
            Arrays.stream(questions).forEach(question -> states(model, memory, question));
            long after = Pointer.totalCount();
            assertTrue(after <= pointers, () -> pointers + " native objects before, " + after + " after");
        }
    }
}
