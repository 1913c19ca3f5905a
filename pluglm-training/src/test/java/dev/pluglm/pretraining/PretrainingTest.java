package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.PlugLM;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.MetricsLog;
import dev.pluglm.training.ProcessGroup;
import dev.pluglm.training.Trainer;
import dev.pluglm.training.LocalProcesses;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Pre-training from texts to a model and its memory. */
class PretrainingTest {

    @TempDir
    Path directory;

    @BeforeEach
    void data() {
        PretrainingFixture.write(directory);
    }

    @Test
    void aRunMakesExactlyItsStepsAndLeavesAModelAndAMemoryThatFill() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
        try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(), ear)) {
            training.run();
        }
        assertEquals(12, ear.reports.size());
        assertEquals(12, ear.reports.getLast().update());
        assertTrue(ear.reports.stream().allMatch(it -> Double.isFinite(it.loss()) && Double.isFinite(
                it.gradientNorm())));
        assertEquals(0, ear.reports.getLast().learningRate(), "the schedule of the paper ends at 0");
        assertEquals(12, MetricsLog.read(config.outputDir.resolve("log.jsonl")).size());
        assertTrue(Files.exists(config.outputDir.resolve("curves.html")));
        // At the start, after steps 5 and 10, and for the memory at the end.
        assertEquals(4, ear.encodings);
        try (PlugLM plugged = PlugLM.load(config.outputDir.resolve("model"))
                .plug(config.outputDir.resolve("memory"))) {
            assertFalse(plugged.fill("anna was born in the city of [MASK] .", 3).evidence().isEmpty());
        }
    }

    @Test
    void whatIsLearnedIsWrittenInThePassages() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.optimizer = PretrainingConfig.OptimizerKind.ADAMW;
        config.schedule = PretrainingConfig.ScheduleKind.LINEAR;
        config.warmupProportion = 0.1;
        config.maxTrainSteps = 150;
        config.ckptSteps = 0;
        PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
        try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(), ear)) {
            training.run();
        }
        double first = mean(ear.reports.subList(0, 10));
        double last = mean(ear.reports.subList(140, 150));
        assertTrue(last < 0.75 * first, () -> "the loss went from %.3f to %.3f only".formatted(first, last));
    }

    private static double mean(List<Trainer.Report> reports) {
        return reports.stream().mapToDouble(Trainer.Report::loss).average().orElseThrow();
    }

    @Test
    void howABatchIsCutIntoMicroBatchesChangesNothingButRounding() {
        Map<String, float[]> one = trained(1, "one", 1);
        Map<String, float[]> four = trained(4, "four", 1);
        // Batch norm sees micro-batches: its statistics differ, so queries are compared without it.
        assertClose(one, four, 1e-4);
    }

    private Map<String, float[]> trained(int microBatches, String name, long steps) {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.outputDir = directory.resolve(name);
        config.model.orElseThrow().queryBatchnorm = false;
        config.gradientAccumulationSteps = microBatches;
        config.maxTrainSteps = steps;
        return weightsAfter(config, Ensemble.alone());
    }

    private static Map<String, float[]> weightsAfter(PretrainingConfig config, Ensemble ensemble) {
        try (Pretraining training = Pretraining.prepare(config, false, ensemble, new PretrainingFixture.Ear())) {
            while (!training.trainer().isDone()) {
                training.trainer().step();
            }
            Map<String, float[]> weights = new TreeMap<>();
            training.model().tensors().forEach((key, tensor) -> weights.put(key, Tensors.floats(tensor)));
            return weights;
        }
    }

    private static void assertClose(Map<String, float[]> expected, Map<String, float[]> found, double tolerance) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, numbers) -> {
            for (int i = 0; i < numbers.length; i++) {
                double difference = Math.abs(numbers[i] - found.get(name)[i]);
                assertTrue(difference <= tolerance, () -> name + " differs by " + difference);
            }
        });
    }

    @Test
    void twoProcessesReachTheWeightsOfOneWithTheSameBatch() throws Exception {
        PretrainingConfig alone = PretrainingFixture.config(directory);
        alone.maxTrainSteps = 20;
        alone.totalTrainBatchSizePerDevice = 8;
        alone.gradientAccumulationSteps = 2;
        Map<String, float[]> one = weightsAfter(alone, Ensemble.alone());

        int port = LocalProcesses.freePort();
        List<Callable<Map<String, float[]>>> both = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int number = rank;
            both.add(() -> {
                PretrainingConfig config = PretrainingFixture.config(directory);
                config.outputDir = directory.resolve("rank" + number);
                config.maxTrainSteps = 20;
                config.totalTrainBatchSizePerDevice = 4;
                config.gradientAccumulationSteps = 2;
                try (Ensemble ensemble = ProcessGroup.join(
                        new ProcessGroup.Rendezvous(number, 2, "127.0.0.1", port), new Device("cpu"))) {
                    return weightsAfter(config, ensemble);
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Map<String, float[]>>> results = threads.invokeAll(both);
            assertClose(one, results.get(0).get(), 1e-5);
            assertClose(results.get(0).get(), results.get(1).get(), 0);
        }
    }

    @Test
    void shorterNumberFormatsLearnAsFp32DoesUpToTheirRounding() {
        List<Double> losses = new ArrayList<>();
        for (String dtype : List.of("fp32", "bf16", "fp16")) {
            PretrainingConfig config = PretrainingFixture.config(directory);
            config.dtype = dtype;
            config.outputDir = directory.resolve(dtype);
            config.maxTrainSteps = 30;
            PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
            try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(), ear)) {
                training.run();
            }
            double last = mean(ear.reports.subList(20, 30));
            assertTrue(Double.isFinite(last), dtype);
            losses.add(last);
            assertEquals(dtype.equals("fp16") ? 65536 : 1, ear.reports.getLast().scale());
        }
        assertEquals(losses.get(0), losses.get(1), 0.05 * losses.get(0), "bf16");
        assertEquals(losses.get(0), losses.get(2), 0.05 * losses.get(0), "fp16");
    }

    @Test
    void onlyTheChosenWeightsAreTrained() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.maxTrainSteps = 2;
        config.trainable = Optional.of("memory_layer|retriever");
        try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(),
                new PretrainingFixture.Ear())) {
            Map<String, float[]> before = new TreeMap<>();
            training.model().tensors().forEach((key, tensor) -> before.put(key, Tensors.floats(tensor)));
            training.trainer().step();
            training.trainer().step();
            training.model().tensors().forEach((key, tensor) -> {
                boolean changed = !Arrays.equals(before.get(key), Tensors.floats(tensor));
                if (!key.matches(".*(memory_layer|retriever).*")) {
                    assertFalse(changed, key);
                }
            });
            assertFalse(Arrays.equals(before.get("bert.encoder.retriever.key_proj.weight"),
                    Tensors.floats(training.model().tensors().get("bert.encoder.retriever.key_proj.weight"))));
        }
    }

    @Test
    void statesThatAreKeptGiveTheSameTrainingUpToTheirRounding() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.trainable = Optional.of("memory_layer|retriever");
        config.maxTrainSteps = 6;
        Map<String, float[]> anew = weightsAfter(config, Ensemble.alone());
        config.keepPassageStates = true;
        config.outputDir = directory.resolve("kept");
        Map<String, float[]> kept = weightsAfter(config, Ensemble.alone());
        assertClose(anew, kept, 2e-3);
        assertFalse(Arrays.equals(anew.get("bert.encoder.retriever.key_proj.weight"),
                kept.get("bert.encoder.retriever.key_proj.weight")), "fp16 leaves a trace");

        config.trainable = Optional.of("memory_layer|retriever|embeddings");
        Problem refused = assertThrows(Problem.class, () -> weightsAfter(config, Ensemble.alone()));
        assertTrue(refused.getMessage().contains("bert.embeddings."), refused::getMessage);
    }

    @Test
    void counterfactualsAreTrainedOnWhetherStatesOfPassagesAreKeptOrNot() {
        // Passages of which none is kept are encoded beside those that are.
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.masking = PretrainingConfig.MaskingKind.SALIENT_SPANS;
        config.trainable = Optional.of("memory_layer|retriever");
        config.optimizer = PretrainingConfig.OptimizerKind.ADAMW;
        config.schedule = PretrainingConfig.ScheduleKind.CONSTANT;
        config.maxTrainSteps = 6;
        Map<String, float[]> without = weightsAfter(config, Ensemble.alone());
        config.counterfactualShare = 1;
        Map<String, float[]> anew = weightsAfter(config, Ensemble.alone());
        config.keepPassageStates = true;
        Map<String, float[]> kept = weightsAfter(config, Ensemble.alone());
        assertClose(anew, kept, 5e-3);
        String value = "bert.encoder.retriever.value_proj.weight";
        float most = 0;
        for (int i = 0; i < anew.get(value).length; i++) {
            most = Math.max(most, Math.abs(anew.get(value)[i] - without.get(value)[i]));
        }
        assertTrue(most > 2e-2, "as if nothing were changed: " + most);
        config.masking = PretrainingConfig.MaskingKind.WHOLE_WORDS;
        Problem refused = assertThrows(Problem.class, config::check);
        assertTrue(refused.getMessage().contains("counterfactual_share"), refused::getMessage);
    }

    @Test
    void zeroStepsLeaveTheModelAsItBegan() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.maxTrainSteps = 0;
        try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(),
                new PretrainingFixture.Ear())) {
            training.run();
            assertEquals(0, training.trainer().position().updates());
        }
        assertTrue(Files.exists(config.outputDir.resolve("model/config.json")));
    }

    @Test
    void aDryRunTellsWhatTheRunNeedsAndWritesNothing() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(),
                new PretrainingFixture.Ear())) {
            Plan plan = training.plan();
            assertEquals(60, plan.passages());
            assertTrue(plan.tokensPerStep() > 8 * 8, () -> "tokens " + plan.tokensPerStep());
            assertTrue(plan.secondsPerStep() > 0);
            assertTrue(plan.lines().stream().noneMatch(line -> line.contains("NaN")), () -> plan.lines().toString());
        }
        assertFalse(Files.exists(config.outputDir));
    }

    @Test
    void stepsLeaveNoNativeMemoryBehind() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.maxTrainSteps = 60;
        try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(),
                new PretrainingFixture.Ear())) {
            for (int i = 0; i < 10; i++) {
                training.trainer().step();
            }
            long before = Pointer.totalCount();
            for (int i = 0; i < 40; i++) {
                training.trainer().step();
            }
            assertTrue(Pointer.totalCount() <= before + 5, () -> before + " native objects, then " + Pointer.totalCount());
        }
    }

    @Test
    void lossesThatAreNoNumbersStopTheRunWithTheStep() {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.learningRate = 1e3;
        config.maxGradNorm = 0;
        config.maxTrainSteps = 200;
        config.optimizer = PretrainingConfig.OptimizerKind.ADAMW;
        config.schedule = PretrainingConfig.ScheduleKind.CONSTANT;
        config.warmupProportion = 0;
        config.learningRate = 1e3;
        config.weightDecay = 900;
        Problem refused = assertThrows(Problem.class, () -> weightsAfter(config, Ensemble.alone()));
        assertTrue(refused.getMessage().contains("learning_rate") && refused.getMessage().startsWith("update "),
                refused::getMessage);
    }
}
