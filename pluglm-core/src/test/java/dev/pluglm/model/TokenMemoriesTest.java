package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.disk.Sha256;
import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which memories, encoders and configurations go with models that read passages token by token. */
class TokenMemoriesTest extends TokenValuesFixture {
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
}
