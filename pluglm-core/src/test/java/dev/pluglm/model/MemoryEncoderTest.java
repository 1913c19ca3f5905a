package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.MemoryEncoder.Encoded;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** That encoding a memory takes short cuts which cannot be seen in what it makes. */
class MemoryEncoderTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261125);
    private static final int VOCABULARY = 200;
    private static final int LONGEST = 70;

    private final Random random = new Random(SEED);

    private static PlugLMModel model(Consumer<PlugLMConfig.Draft> changes) {
        return PlugLMModel.random(PlugLMConfig.of(c -> {
            c.vocabSize = VOCABULARY;
            c.hiddenSize = 32;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 4;
            c.intermediateSize = 48;
            c.maxPositionEmbeddings = LONGEST;
            c.numMemoryLayers = 1;
            c.memoryLayerFfnDim = 24;
            c.querySize = 20;
            c.initializerRange = 0.2;
            changes.accept(c);
        }), SEED);
    }

    /** Passages of 0 to {@link #LONGEST} tokens, some of them the token that pads. */
    private int[][] passages(int count) {
        return IntStream.range(0, count)
                .mapToObj(_ -> random.ints(random.nextInt(LONGEST + 1), 0, VOCABULARY).toArray())
                .toArray(int[][]::new);
    }

    private static MemoryEncoder encoder(PlugLMModel model) {
        return model.memoryEncoder().orElseThrow();
    }

    /** The weights of a trained LayerNorm are neither 1 nor 0. */
    private void train(PlugLMModel model) {
        model.parameters().all().forEach((name, tensor) -> {
            if (name.startsWith("bert.embeddings.LayerNorm") || name.contains("att_fc")) {
                change(tensor, 0.3);
            }
        });
    }

    /** Writes into a tensor's memory, which libtorch does not notice. */
    private void change(Tensor tensor, double by) {
        var numbers = Tensors.bytes(tensor);
        for (long i = 0; i < tensor.numel(); i++) {
            float number = numbers.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            numbers.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (number + by * random.nextGaussian()));
        }
    }

    /** As the model encodes what it finds in training: states of all tokens, then the pooler. */
    private static Encoded plain(MemoryEncoder encoder, int[][] passages) {
        return Scope.withoutGradients(() -> {
            Retriever.Encoded encoded = encoder.retriever.encode(passages, false);
            return new Encoded(Tensors.floats(encoded.keys()), Tensors.floats(encoded.values().values()));
        });
    }

    private static void assertEqual(Encoded expected, Encoded found, float tolerance) {
        assertArrayEquals(expected.keys(), found.keys(), tolerance, () -> "seed " + SEED);
        assertArrayEquals(expected.values(), found.values(), tolerance, () -> "seed " + SEED);
    }

    @ParameterizedTest
    @CsvSource({"word_embedding, false", "word_embedding, true", "first_1, false"})
    void itMakesWhatTheModelMakesInTraining(String type, boolean referenceCompatible) {
        for (int round = 0; round < 10; round++) {
            int hidden = 4 * (1 + random.nextInt(30));
            try (PlugLMModel model = model(c -> {
                c.documentEncoderType = DocumentEncoderType.of(type);
                c.referenceCompatible = referenceCompatible;
                c.hiddenSize = hidden;
            })) {
                train(model);
                int[][] passages = passages(1 + random.nextInt(40));
                assertEqual(plain(encoder(model), passages), encoder(model).encode(passages), 1e-5f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PoolerType.class)
    void eachPassageIsTheSameToTheLastBitInAnyCompany(PoolerType pooler) {
        for (String type : new String[] {"word_embedding", "first_1"}) {
            try (PlugLMModel model = model(c -> {
                c.documentEncoderPoolerType = pooler;
                c.documentEncoderType = DocumentEncoderType.of(type);
            })) {
                assertCompanyDoesNotMatter(model, passages(700), 15);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void thatHoldsForAnyNumberOfThreads(int threads) {
        int before = Torch.threads();
        try (PlugLMModel model = model(c -> {
            c.hiddenSize = 384;
            c.querySize = 128;
        })) {
            Torch.threads(threads);
            assertCompanyDoesNotMatter(model, passages(150), 5);
        } finally {
            Torch.threads(before);
        }
    }

    private void assertCompanyDoesNotMatter(PlugLMModel model, int[][] passages, int times) {
        Encoded together = encoder(model).encode(passages);
        for (int i = 0; i < times; i++) {
            int[] chosen = random.ints(i == 0 ? 1 : 1 + random.nextInt(passages.length), 0, passages.length).toArray();
            Encoded some = encoder(model).encode(
                    Arrays.stream(chosen).mapToObj(p -> passages[p]).toArray(int[][]::new));
            assertEqual(rows(together, chosen, passages.length), some, 0);
        }
    }

    private static Encoded rows(Encoded all, int[] rows, int count) {
        return new Encoded(rows(all.keys(), rows, count), rows(all.values(), rows, count));
    }

    private static float[] rows(float[] all, int[] rows, int count) {
        int size = all.length / count;
        float[] some = new float[rows.length * size];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(all, rows[i] * size, some, i * size, size);
        }
        return some;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "bert.embeddings.word_embeddings.weight", "bert.embeddings.position_embeddings.weight",
        "bert.embeddings.token_type_embeddings.weight", "bert.embeddings.LayerNorm.weight",
        "bert.embeddings.LayerNorm.bias", "bert.encoder.retriever.document_encoder.pooler.pooler.att_fc1.weight",
        "bert.encoder.retriever.document_encoder.pooler.pooler.att_fc1.bias",
        "bert.encoder.retriever.document_encoder.pooler.pooler.att_fc2.weight",
        "bert.encoder.retriever.key_proj.weight"})
    void anEncoderThatWasUsedBeforeEncodesWithTheWeightsAsTheyAreNow(String changed) {
        try (PlugLMModel model = model(_ -> {})) {
            MemoryEncoder encoder = encoder(model);
            int[][] passages = passages(30);
            Encoded before = encoder.encode(passages);
            change(model.parameters().all().get(changed), 0.1);
            Encoded after = encoder.encode(passages);
            assertFalse(Arrays.equals(before.keys(), after.keys()));
            assertEqual(plain(encoder, passages), after, 1e-5f);
        }
    }

    @Test
    void passagesWithoutTokensAndNoPassagesAtAllAreEncodedToo() {
        try (PlugLMModel model = model(_ -> {})) {
            int[][] nothing = {{}, {0, 0, 0}, {}};
            assertEqual(plain(encoder(model), nothing), encoder(model).encode(nothing), 1e-6f);
            assertEquals(0, encoder(model).encode(new int[0][]).keys().length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"word_embedding", "first_1"})
    void whatTheModelCannotEncodeIsRefusedInOneLine(String type) {
        try (PlugLMModel model = model(c -> c.documentEncoderType = DocumentEncoderType.of(type))) {
            assertTrue(refused(model, new int[] {3, VOCABULARY}).contains("token id 200"));
            assertTrue(refused(model, new int[] {-1}).contains("token id -1"));
            assertTrue(refused(model, new int[LONGEST + 1]).contains("71 tokens"));
        }
    }

    private static String refused(PlugLMModel model, int[] passage) {
        return assertThrows(Problem.class, () -> encoder(model).encode(new int[][] {{1}, passage})).getMessage();
    }

    @Test
    void normalizedKeysHaveLengthOneAndTheDirectionOfPlainOnes() {
        int[][] passages = passages(50);
        try (PlugLMModel plain = model(c -> {}); PlugLMModel normalized = model(c -> c.normalizeKeys = true)) {
            Encoded expected = encoder(plain).encode(passages);
            Encoded found = encoder(normalized).encode(passages);
            assertArrayEquals(expected.values(), found.values(), "values stay as they are");
            for (int i = 0; i < passages.length; i++) {
                float[] before = Arrays.copyOfRange(expected.keys(), 20 * i, 20 * i + 20);
                double length = Math.sqrt(IntStream.range(0, 20).mapToDouble(j -> before[j] * before[j]).sum());
                for (int j = 0; j < 20; j++) {
                    assertEquals(length == 0 ? 0 : before[j] / length, found.keys()[20 * i + j], 1e-5, "seed " + SEED);
                }
            }
            assertEqual(plain(encoder(normalized), passages), found, 1e-5f);
            assertFalse(encoder(plain).fingerprint().equals(encoder(normalized).fingerprint()),
                    "a memory of the one does not fit the other");
        }
    }

    @ParameterizedTest
    @EnumSource(ValueType.class)
    void theFingerprintIsOfTheWeightsThatMakeWhatAMemoryHolds(ValueType values) {
        PlugLMConfig config = TokenValuesFixture.config(c -> c.valueType = values);
        try (PlugLMModel model = PlugLMModel.random(config, 1)) {
            String before = encoder(model).fingerprint();
            TokenValuesFixture.change(model, "bert.encoder.retriever.value_proj.weight", it -> it.fill_(new Scalar(1)));
            String otherValues = encoder(model).fingerprint();
            assertEquals(values == ValueType.TOKENS, before.equals(otherValues));
            TokenValuesFixture.change(model, "bert.encoder.retriever.key_proj.weight", it -> it.fill_(new Scalar(1)));
            assertFalse(otherValues.equals(encoder(model).fingerprint()));
        }
    }

    @Test
    void thePublishedCodeDoesNotNormalizeKeys() {
        Problem problem = assertThrows(Problem.class, () -> PlugLMConfig.of(c -> {
            c.normalizeKeys = true;
            c.referenceCompatible = true;
        }));
        assertTrue(problem.getMessage().contains("normalize_keys"), problem::getMessage);
    }
}
