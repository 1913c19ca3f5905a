package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.PlugLM;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.LocalProcesses;
import dev.pluglm.training.ProcessGroup;

import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** Several processes, here threads, that share a fine-tuning. */
class SharedFinetuningTest {

    /**
     * Softmax and batch norm take these away again, so that their gradients are rounding only, which Adam makes as large
     * as any; and the running mean follows one of them.
     */
    private static final Pattern WITHOUT_EFFECT =
            Pattern.compile("((self\\.key|k_proj|att_fc2|query_proj)\\.bias|running_mean)$");
    private static final double RATE = 1e-4;
    /** Updates of a seed: 6 an epoch. */
    private static final int UPDATES = 12;

    @TempDir
    Path directory;

    /** 62 examples in batches of 12: the last one has an example for each process. */
    private FinetuningConfig config(String name, int batchSize) {
        Path model = directory.resolve("model");
        if (!Files.exists(model)) {
            TaskFixture.model(model, _ -> {});
            TaskFixture.memory(directory.resolve("facts"), model, 20);
            TaskFixture.texts(directory.resolve("train.jsonl"), 62, 1);
            TaskFixture.texts(directory.resolve("dev.jsonl"), 20, 2);
        }
        FinetuningConfig config = TaskFixture.config(model, directory.resolve("train.jsonl"), directory.resolve(name));
        config.devFile = Optional.of(directory.resolve("dev.jsonl"));
        config.memory = List.of(directory.resolve("facts"));
        config.inTaskMemory = true;
        config.fixKeys = false;
        config.fixValues = false;
        config.perDeviceTrainBatchSize = batchSize;
        config.learningRate = RATE;
        config.numTrainEpochs = 2;
        config.seeds = 2;
        return config;
    }

    private static Map<String, float[]> weights(Path model) {
        Map<String, float[]> weights = new TreeMap<>();
        try (PlugLM plugged = PlugLM.load(model)) {
            plugged.model().tensors().forEach((name, tensor) -> weights.put(name, Tensors.floats(tensor)));
        }
        return weights;
    }

    private static void together(FinetuningConfig config) throws Exception {
        int port = LocalProcesses.freePort();
        List<Callable<Report>> both = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int number = rank;
            both.add(() -> {
                try (Ensemble ensemble = ProcessGroup.join(new ProcessGroup.Rendezvous(number, 2, "127.0.0.1", port),
                        new Device("cpu")); Finetuning finetuning = Finetuning.prepare(TaskKind.CLASSIFY, config,
                                false, ensemble, Finetuning.Listener.NONE)) {
                    return finetuning.run();
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (var result : threads.invokeAll(both)) {
                result.get();
            }
        }
    }

    @Test
    void twoProcessesReachTheWeightsOfOneWithTheSameGlobalBatch() throws Exception {
        TaskFixture.run(TaskKind.CLASSIFY, config("one", 12));
        together(config("two", 6));
        for (String model : List.of("model", "seed-42/model", "seed-43/model")) {
            Map<String, float[]> one = weights(directory.resolve("one").resolve(model));
            Map<String, float[]> two = weights(directory.resolve("two").resolve(model));
            assertEquals(one.keySet(), two.keySet());
            one.forEach((name, weight) -> assertArrayEquals(weight, two.get(name),
                    WITHOUT_EFFECT.matcher(name).find() ? (float) (2 * UPDATES * RATE) : 1e-5f, model + ": " + name));
        }
        assertEquals(TaskFixture.json(directory.resolve("one/report.json")).path("dev"),
                TaskFixture.json(directory.resolve("two/report.json")).path("dev"));
        assertEquals(20, TaskFixture.lines(directory.resolve("two/predictions.jsonl")).size());
    }

    @Test
    void everyBatchHasASampleForEachProcess() {
        List<Sample> samples = new ArrayList<>();
        for (int size = 3; size < 40; size++) {
            samples.clear();
            for (int i = 0; i < size; i++) {
                samples.add(new Sample(i, new int[] {1}, new int[] {0}));
            }
            for (boolean grouped : new boolean[] {true, false}) {
                EpochOrder order = new EpochOrder(samples, 12, 3, grouped, 1);
                List<Batch> batches = order.epoch(0);
                assertEquals(order.batches(), batches.size(), "size " + size);
                assertTrue(batches.stream().allMatch(it -> it.samples().size() >= 3), "size " + size);
                assertEquals(size, batches.stream().flatMap(it -> it.samples().stream()).distinct().count());
            }
        }
        assertThrows(Problem.class, () -> EpochOrder.of(samples.subList(0, 1), config("few", 2), 1, 2));
    }
}
