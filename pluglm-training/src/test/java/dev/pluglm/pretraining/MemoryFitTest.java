package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.DocumentEncoderType;
import dev.pluglm.model.MemoryInit;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.ValueType;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.training.Ensemble;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Memory layers that are fitted before they are trained. */
class MemoryFitTest {

    @TempDir
    Path directory;

    @BeforeEach
    void data() {
        PretrainingFixture.write(directory);
    }

    private PretrainingConfig config() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.maskedLmRatio = 0.05;
        config.fitSamples = 400;
        PlugLMConfig.Draft model = config.model.orElseThrow();
        model.memoryLayerFfnDim = 32;
        model.initializerRange = 0.3;
        model.normalizeKeys = true;
        model.documentEncoderType = DocumentEncoderType.of("first_1");
        model.valueType = ValueType.TOKENS;
        model.valueLayerNorm = true;
        model.memoryInit = MemoryInit.WARM_START;
        model.nullPassage = true;
        return config;
    }

    private static Pretraining prepared(PretrainingConfig config, PretrainingFixture.Ear ear) {
        return Pretraining.prepare(config, false, Ensemble.alone(), ear);
    }

    private static double firstLoss(PretrainingConfig config) {
        try (Pretraining training = prepared(config, new PretrainingFixture.Ear())) {
            return training.trainer().step().loss();
        }
    }

    private static Map<String, float[]> weights(Pretraining training) {
        Map<String, float[]> weights = new TreeMap<>();
        training.model().parameters().all().forEach((name, tensor) -> weights.put(name, Tensors.floats(tensor)));
        return weights;
    }

    @Test
    void onlyWhatFindsAndReadsIsFitted() {
        PretrainingConfig fitted = config();
        PretrainingConfig plain = config();
        plain.fitSamples = 0;
        PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
        try (Pretraining one = prepared(fitted, ear); Pretraining other = prepared(plain, ear)) {
            Map<String, float[]> before = weights(other);
            weights(one).forEach((name, numbers) -> {
                boolean memory = name.contains("_proj") || name.contains("batch_norm") || name.contains("beta")
                        || name.contains("values.LayerNorm") || name.contains(".pooler.")
                        || name.contains(".null_");
                if (!memory) {
                    assertArrayEquals(before.get(name), numbers, name);
                }
                for (float number : numbers) {
                    assertTrue(Float.isFinite(number), name);
                }
            });
        }
        assertTrue(ear.notes.getFirst().startsWith("fitted the memory layers to "), ear.notes::toString);
    }

    @Test
    void aFittedModelGuessesBetterThanOneThatHasNotSeenItsMemory() {
        PretrainingConfig plain = config();
        plain.fitSamples = 0;
        double before = firstLoss(plain);
        double after = firstLoss(config());
        assertTrue(after < before, () -> "loss %s before, %s after the fit".formatted(before, after));
    }

    @Test
    void theFitIsTheSameEachTimeAndDoesNotUseUpTheData() {
        assertEquals(firstLoss(config()), firstLoss(config()));
        PretrainingConfig plain = config();
        plain.fitSamples = 0;
        plain.model.orElseThrow().numMemoryLayers = 1;
        try (Pretraining one = prepared(config(), new PretrainingFixture.Ear());
                Pretraining other = prepared(plain, new PretrainingFixture.Ear())) {
            assertEquals(other.trainer().step().tokens(), one.trainer().step().tokens());
        }
    }

    @Test
    void aRunThatGoesOnIsNotFittedAgain() {
        PretrainingConfig config = config();
        config.maxTrainSteps = 4;
        try (Pretraining training = prepared(config, new PretrainingFixture.Ear())) {
            training.run();
        }
        config.maxTrainSteps = 8;
        PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
        try (Pretraining training = Pretraining.prepare(config, true, Ensemble.alone(), ear)) {
            training.run();
        }
        assertTrue(ear.notes.stream().noneMatch(note -> note.startsWith("fitted")), ear.notes::toString);
    }

    @Test
    void aMemoryThatStatesNothingOfTheTextsIsRefused() throws Exception {
        PretrainingConfig config = config();
        Files.writeString(directory.resolve("other.jsonl"),
                "{\"id\":\"1\",\"text\":\"paris rome oslo bern wien prag riga kiel paris rome\"}\n");
        config.tokenizedDocumentPath = Optional.of(directory.resolve("other.jsonl"));
        Problem problem = assertThrows(Problem.class, () -> prepared(config, new PretrainingFixture.Ear()));
        assertTrue(problem.getMessage().startsWith("fit_samples: of 400 texts only 0 had a passage"),
                problem::getMessage);
    }

    @Test
    void keysThatAreNotTrainedAreTakenFromTheLastRefresh() {
        PretrainingConfig config = config();
        config.model.orElseThrow().valueType = ValueType.POOLED;
        config.trainable = Optional.of("know_attn|value_proj");
        config.dtype = "fp32";
        List<Double> stored = losses(config);
        // The same weights with something that makes keys among those that are trained, at a rate that changes nothing.
        config.trainable = Optional.of("know_attn|value_proj|key_proj.bias");
        config.outputDir = directory.resolve("other");
        List<Double> anew = losses(config);
        assertEquals(stored.getFirst(), anew.getFirst(), 2e-3, "keys are stored as fp16");
    }

    private static List<Double> losses(PretrainingConfig config) {
        try (Pretraining training = prepared(config, new PretrainingFixture.Ear())) {
            return List.of(training.trainer().step().loss(), training.trainer().step().loss());
        }
    }
}
