package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Knowledge attention that may read nothing. */
class NullPassageTest extends TokenValuesFixture {
    private static final String NEAR = ATTENTION + "null_similarity";
    private static final String KEY_OF_NOTHING = ATTENTION + "null_key";

    private static PlugLMConfig config(KnowledgeAttentionType type, boolean nullPassage) {
        return config(c -> {
            c.knowledgeAttentionType = type;
            c.nullPassage = nullPassage;
            c.valueLayerNorm = true;
            c.valueType = type == KnowledgeAttentionType.SENTENCE_LEVEL ? ValueType.POOLED : ValueType.TOKENS;
        });
    }

    /** Five passages, with values where they are read as one. */
    private ArrayMemory memory(KnowledgeAttentionType type) {
        int[][] tokens = texts(3, 9, 4, 30, 2);
        return type == KnowledgeAttentionType.SENTENCE_LEVEL
                ? ArrayMemory.builder("test", Vectors.fp32(floats(5 * KEY), KEY))
                        .values(Vectors.fp32(floats(5 * HIDDEN), HIDDEN)).tokens(tokens).build()
                : memory(floats(5 * KEY), tokens);
    }

    private static PlugLMModel model(KnowledgeAttentionType type, double near) {
        PlugLMModel model = PlugLMModel.random(config(type, true), SEED);
        change(model, NEAR, it -> it.fill_(new Scalar(near)));
        biasedOutput(model, type);
        return model;
    }

    private static void biasedOutput(PlugLMModel model, KnowledgeAttentionType type) {
        if (type == KnowledgeAttentionType.MULTI_HEAD) {
            change(model, ATTENTION + "biased_multihead_attn.out_proj.bias", it -> it.fill_(new Scalar(0.7)));
        }
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void whereItIsNearerThanAllOthersTheMemoryAddsNothing(KnowledgeAttentionType type) {
        try (PlugLMModel model = model(type, 1e5); ArrayMemory memory = memory(type)) {
            int[] text = text(9);
            assertArrayEquals(states(model, Memory.empty(), text), states(model, memory, text), () -> "seed " + SEED);
        }
    }

    @Test
    void whereItIsFarAModelThatWeighsWholePassagesReadsAsOneWithoutIt() {
        KnowledgeAttentionType type = KnowledgeAttentionType.SENTENCE_LEVEL;
        try (PlugLMModel model = model(type, -1e5); ArrayMemory memory = memory(type);
                PlugLMModel plain = PlugLMModel.random(config(type, false), SEED)) {
            int[] text = text(9);
            assertArrayEquals(states(plain, memory, text), states(model, memory, text), 1e-6f, () -> "seed " + SEED);
        }
    }

    @ParameterizedTest
    @EnumSource(value = KnowledgeAttentionType.class, names = {"MULTI_HEAD", "SINGLE_HEAD"})
    void whereItIsFarItCountsAsOneTokenOfAsManyAsWereFound(KnowledgeAttentionType type) {
        int[] text = text(7);
        for (int tokens : new int[] {1, 4, 30}) {
            for (double beta : new double[] {0.1, 1, 90}) {
                try (PlugLMModel model = model(type, -1e5); ArrayMemory memory = memory(floats(KEY), texts(tokens))) {
                    change(model, ATTENTION + "beta", it -> it.fill_(new Scalar(beta)));
                    change(model, ATTENTION + keyProjection(type) + ".weight", Tensor::zero_);
                    change(model, ATTENTION + keyProjection(type) + ".bias", Tensor::zero_);
                    for (float[] head : readOfEachToken(model, memory, text)) {
                        for (float read : head) {
                            assertEquals(tokens / (tokens + 1.0), read, 1e-5,
                                    () -> "%d tokens, beta %s, seed %d".formatted(tokens, beta, SEED));
                        }
                    }
                }
            }
        }
    }

    private static String keyProjection(KnowledgeAttentionType type) {
        return type == KnowledgeAttentionType.MULTI_HEAD ? "biased_multihead_attn.k_proj" : "key_proj";
    }

    @ParameterizedTest
    @EnumSource(value = KnowledgeAttentionType.class, names = {"MULTI_HEAD", "SINGLE_HEAD"})
    void whereAPassageIsNearTheTokenDecidesHoweverNearItIs(KnowledgeAttentionType type) {
        int[] text = text(7);
        try (PlugLMModel model = model(type, -1e5); ArrayMemory memory = memory(floats(KEY), texts(5))) {
            List<float[]> alike = readOfEachToken(model, memory, text);
            int numbers = Math.toIntExact(model.parameters().all().get(KEY_OF_NOTHING).numel());
            float[] key = floats(numbers);
            change(model, KEY_OF_NOTHING, it -> it.copy_(Tensors.of(key, numbers)).mul_(new Scalar(0.3)));
            List<float[]> hardlyNear = readOfEachToken(model, memory, text);
            change(model, ATTENTION + "beta", it -> it.fill_(new Scalar(200)));
            List<float[]> near = readOfEachToken(model, memory, text);
            for (int head = 0; head < near.size(); head++) {
                assertArrayEquals(hardlyNear.get(head), near.get(head), 1e-4f, () -> "seed " + SEED);
            }
            assertTrue(IntStream.range(0, near.size())
                    .anyMatch(head -> !Arrays.equals(near.get(head), alike.get(head))), () -> "seed " + SEED);
        }
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void aModelInBf16ReadsAsOneInFp32AsFarAsItCan(KnowledgeAttentionType type) {
        try (PlugLMModel exact = model(type, 0.1); ArrayMemory memory = memory(type)) {
            Map<String, Tensor> weights = exact.parameters().all();
            try (PlugLMModel rounded = PlugLMModel.of(exact.config(), name -> Optional.ofNullable(weights.get(name)),
                    new Device("cpu"), Precision.BF16, SEED)) {
                int[] text = text(9);
                for (Memory found : List.of(memory, Memory.empty())) {
                    assertArrayEquals(states(exact, found, text), states(rounded, found, text), 0.1f,
                            () -> "seed " + SEED);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KnowledgeAttentionType.class)
    void whatItTakesIsMissingFromTheWeightsOfThePassages(KnowledgeAttentionType type) {
        int[] text = text(6);
        try (PlugLMModel model = model(type, 0); ArrayMemory memory = memory(type)) {
            double last = 1;
            for (double near : new double[] {-50, -5, 0, 5, 50}) {
                change(model, NEAR, it -> it.fill_(new Scalar(near)));
                double read = weightOfPassages(model, memory, text);
                double before = last;
                assertTrue(read <= before + 1e-6, () -> "%s read, %s before, seed %d".formatted(read, before, SEED));
                last = read;
            }
            assertEquals(0, last, 1e-4, () -> "seed " + SEED);
        }
    }

    /** The largest of all heads and tokens. */
    private static double weightOfPassages(PlugLMModel model, Memory memory, int[] text) {
        double[] most = new double[1];
        Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Tensor states = model.states(Input.of(new int[][] {text}, 0), Pass.prediction(view).watchedBy(new Trace() {
                    @Override
                    public void lookup(int layer, Memory.Hits hits, Tensor weights) {
                        most[0] = weights.sum(-1).max().item_double();
                    }
                }));
                for (float number : Tensors.floats(states)) {
                    assertTrue(Float.isFinite(number));
                }
                return states;
            }
        });
        return most[0];
    }

    @Test
    void itIsAWeightOfModelsThatHaveOneAndOfNoOthers() {
        try (PlugLMModel with = PlugLMModel.random(config(KnowledgeAttentionType.MULTI_HEAD, true), SEED);
                PlugLMModel without = PlugLMModel.random(config(KnowledgeAttentionType.MULTI_HEAD, false), SEED)) {
            assertEquals(4, with.parameters().all().get(NEAR).numel());
            assertFalse(without.parameters().all().containsKey(NEAR));
        }
    }

    @Test
    void itCanBeTrained() {
        try (PlugLMModel model = PlugLMModel.random(config(KnowledgeAttentionType.MULTI_HEAD, true), SEED);
                ArrayMemory memory = memory(KnowledgeAttentionType.MULTI_HEAD); Memory.View view = memory.view();
                Scope _ = Scope.open()) {
            Tensor states = model.states(Input.of(new int[][] {text(5)}, 0), Pass.of(model.config(), true, view));
            states.square().mul(states).sum().backward();
            for (String weight : new String[] {NEAR, KEY_OF_NOTHING}) {
                float[] gradient = Tensors.floats(model.parameters().all().get(weight).grad());
                assertTrue(Float.isFinite(gradient[0]) && gradient[0] != 0, () -> weight + Arrays.toString(gradient));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = KnowledgeAttentionType.class, names = {"MULTI_HEAD", "SINGLE_HEAD"})
    void itsKeyTellsTokensApart(KnowledgeAttentionType type) {
        int[] text = text(7);
        try (PlugLMModel model = model(type, 0.3); ArrayMemory memory = memory(type)) {
            List<String> seen = new ArrayList<>();
            int numbers = Math.toIntExact(model.parameters().all().get(KEY_OF_NOTHING).numel());
            for (int draw = 0; draw < 50; draw++) {
                float[] key = floats(numbers);
                change(model, KEY_OF_NOTHING, it -> it.copy_(Tensors.of(key, numbers)).mul_(new Scalar(1e6)));
                for (float[] tokens : readOfEachToken(model, memory, text)) {
                    seen.add(Arrays.toString(tokens));
                    for (float read : tokens) {
                        assertTrue(read < 1e-3 || read > 1 - 1e-3, () -> "%s, seed %d".formatted(seen, SEED));
                    }
                }
            }
            // With most keys some tokens of a head read everything, and others nothing.
            assertTrue(seen.stream().anyMatch(head -> head.contains("1.0") && head.contains("0.0,")),
                    () -> "%s, seed %d".formatted(seen, SEED));
        }
    }

    /** For each head, the part of each token's attention that goes to passages. */
    private static List<float[]> readOfEachToken(PlugLMModel model, Memory memory, int[] text) {
        List<float[]> heads = new ArrayList<>();
        Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                return model.states(Input.of(new int[][] {text}, 0), Pass.prediction(view).watchedBy(new Trace() {
                    @Override
                    public void lookup(int layer, Memory.Hits hits, Tensor weights) {
                        Tensor read = weights.sum(-1).select(0, 0); // [heads, length]
                        for (long head = 0; head < read.size(0); head++) {
                            heads.add(Tensors.floats(read.select(0, head)));
                        }
                    }
                }));
            }
        });
        return heads;
    }

    @Test
    void thePublishedCodeHasNone() {
        Problem problem = assertThrows(Problem.class, () -> PlugLMConfig.of(c -> {
            c.referenceCompatible = true;
            c.nullPassage = true;
            c.queryStates = QueryStates.DOCUMENT_ENCODER;
        }));
        assertTrue(problem.getMessage().contains("no null_passage, no query_states document_encoder, so"),
                problem::getMessage);
    }
}
