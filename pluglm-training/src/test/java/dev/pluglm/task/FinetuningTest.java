package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Fine-tuning for texts: classes and numbers, with and without memories. */
class FinetuningTest {

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void write() {
        TaskFixture.model(shared.resolve("model"), _ -> {});
        TaskFixture.memory(shared.resolve("facts"), shared.resolve("model"), 20);
        TaskFixture.memory(shared.resolve("more"), shared.resolve("model"), 10);
        TaskFixture.texts(shared.resolve("train.jsonl"), 120, 1);
        TaskFixture.texts(shared.resolve("dev.jsonl"), 40, 2);
        TaskFixture.texts(shared.resolve("test.jsonl"), 41, 3);
    }

    private FinetuningConfig config() {
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), shared.resolve("train.jsonl"),
                directory.resolve("run"));
        config.devFile = Optional.of(shared.resolve("dev.jsonl"));
        config.testFile = Optional.of(shared.resolve("test.jsonl"));
        return config;
    }

    @Test
    void aModelLearnsToTellTextsApartAndItsDirectorySaysEverything() {
        FinetuningConfig config = config();
        config.metrics = "macro_f1,accuracy";
        config.numTrainEpochs = 16;
        Report report = TaskFixture.run(TaskKind.CLASSIFY, config);
        assertTrue(report.test().get("accuracy").mean() > 0.75, report.all()::toString);
        JsonNode written = TaskFixture.json(directory.resolve("run/report.json"));
        assertEquals(120, written.at("/examples/train").asInt());
        assertEquals(report.test().get("macro_f1").mean(), written.at("/runs/0/test/macro_f1").asDouble());
        assertEquals(160, written.at("/runs/0/steps").asInt());
        assertEquals(shared.resolve("model").toString(), written.at("/config/model").asText());
        List<JsonNode> predictions = TaskFixture.lines(directory.resolve("run/predictions.jsonl"));
        assertEquals(41, predictions.size());
        long right = predictions.stream().filter(it -> it.path("label").equals(it.path("prediction"))).count();
        assertEquals(report.test().get("accuracy").mean(), right / 41.0, 1e-12);
        assertEquals(7, predictions.get(7).path("note").asInt());
        long counted = 0;
        for (JsonNode row : written.at("/runs/0/confusion")) {
            for (JsonNode cell : row) {
                counted += cell.asInt();
            }
        }
        assertEquals(41, counted);
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertEquals(report.test().get("macro_f1").mean(),
                    model.evaluate(shared.resolve("test.jsonl"), 3).first(), 1e-12);
        }
    }

    @Test
    void predictionsDoNotDependOnBatchSizeOrOrder() throws IOException {
        FinetuningConfig config = config();
        config.memory = List.of(shared.resolve("facts"));
        config.numTrainEpochs = 1;
        TaskFixture.run(TaskKind.CLASSIFY, config);
        try (TaskModel model = TaskModel.load(directory.resolve("run/model")).plug(shared.resolve("facts"))) {
            Map<String, Double> once = probabilities(model, shared.resolve("test.jsonl"), 8);
            for (int trial = 0; trial < 5; trial++) {
                long seed = 100 + trial;
                List<String> lines = new ArrayList<>(Files.readAllLines(shared.resolve("test.jsonl")));
                Collections.shuffle(lines, new Random(seed));
                Path shuffled = TaskFixture.write(directory.resolve("shuffled" + trial), lines);
                Map<String, Double> again = probabilities(model, shuffled, 1 + trial * 5);
                assertEquals(once.keySet(), again.keySet(), "seed " + seed);
                once.forEach((id, probability) -> assertEquals(probability, again.get(id), 1e-5,
                        "seed " + seed + ", " + id));
            }
        }
    }

    private static Map<String, Double> probabilities(TaskModel model, Path file, int batchSize) {
        Map<String, Double> probabilities = new java.util.TreeMap<>();
        model.predict(file, new TaskModel.Options(batchSize, 0), row -> probabilities.put(
                row.get("id") + " " + row.get("prediction"), (Double) row.get("probability")));
        return probabilities;
    }

    @Test
    void theReportSaysHowMuchEachMemoryWasUsed() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        config.memory = List.of(shared.resolve("facts"), shared.resolve("more"));
        TaskFixture.run(TaskKind.CLASSIFY, config);
        JsonNode use = TaskFixture.json(directory.resolve("run/report.json")).at("/runs/0/memory_use");
        assertEquals(41, use.path("samples").asInt());
        double shares = 0;
        double weights = 0;
        long hits = 0;
        for (JsonNode line : use.path("layers")) {
            assertTrue(List.of("facts", "more").contains(line.path("memory").asText()), line.toString());
            assertTrue(line.path("samples_touched").asInt() <= 41, line.toString());
            shares += line.path("share_of_hits").asDouble();
            weights += line.path("mean_weight").asDouble() * line.path("hits").asLong();
            hits += line.path("hits").asLong();
        }
        assertEquals(1, shares, 1e-9);
        assertEquals(41 * 3, hits);
        // The weights of the passages that a sample found sum to 1, but for what goes to no passage at all.
        assertTrue(weights > 0 && weights <= 41 + 1e-3, "sum of weights " + weights);
        assertTrue(use.path("most_used").size() > 0 && use.at("/most_used/0/text").asText().length() > 3);
    }

    @Test
    void anotherMemoryIsPluggedInWithoutTrainingAgainAndIsTold() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        config.memory = List.of(shared.resolve("facts"));
        TaskFixture.run(TaskKind.CLASSIFY, config);
        List<Object> evidence = new ArrayList<>();
        try (TaskModel model = TaskModel.load(directory.resolve("run/model")).plug(shared.resolve("more"))) {
            model.predict(shared.resolve("test.jsonl"), new TaskModel.Options(4, 2),
                    row -> evidence.addAll((List<?>) row.get("evidence")));
        }
        try (TaskModel model = TaskModel.load(directory.resolve("run/model")).plug(shared.resolve("more"))) {
            List<Map<String, Object>> all = new ArrayList<>();
            TaskModel.Options options = new TaskModel.Options(4, 2);
            model.predict(shared.resolve("test.jsonl"), options, all::add);
            List<Map<String, Object>> one = all.parallelStream()
                    .map(row -> model.predict((String) row.get("text"), Optional.empty(), options)).toList();
            for (int i = 0; i < all.size(); i++) {
                assertEquals(all.get(i).get("prediction"), one.get(i).get("prediction"));
                assertEquals((Double) all.get(i).get("probability"), (Double) one.get(i).get("probability"), 1e-5);
                assertEquals(2, ((List<?>) one.get(i).get("evidence")).size());
            }
        }
        assertEquals(82, evidence.size());
        assertTrue(evidence.stream().allMatch(it -> ((Map<?, ?>) it).get("memory").equals("more")));
    }

    @Test
    void theTrainingExamplesAreAMemoryInWhichNoneFindsItself() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        config.inTaskMemory = true;
        config.tagged = true;
        config.memory = List.of(shared.resolve("more"));
        TaskFixture.run(TaskKind.CLASSIFY, config);
        JsonNode report = TaskFixture.json(directory.resolve("run/report.json"));
        assertEquals("in-task", report.at("/runs/0/memory_use/layers/0/memory").asText());
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))
                .plug(directory.resolve("run/in-task-memory"))) {
            assertTrue(model.evaluate(shared.resolve("test.jsonl"), 8).first() >= 0);
        }
    }

    @Test
    void trainedKeysAndValuesWorkToo() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        config.memory = List.of(shared.resolve("facts"));
        config.fixKeys = false;
        config.fixValues = false;
        Report report = TaskFixture.run(TaskKind.CLASSIFY, config);
        try (TaskModel model = TaskModel.load(directory.resolve("run/model")).plug(shared.resolve("facts"))) {
            assertEquals(report.test().get("accuracy").mean(), model.evaluate(shared.resolve("test.jsonl"), 5).first(),
                    1e-12);
        }
    }

    @Test
    void passagesAreLookedUpAsBeforeUnlessQueriesAreToBeTrained() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        config.memory = List.of(shared.resolve("facts"));
        TaskFixture.run(TaskKind.CLASSIFY, config);
        float[] before = queries(shared.resolve("model"));
        assertArrayEquals(before, queries(directory.resolve("run/model")));
        config.outputDir = directory.resolve("trained");
        config.fixQueries = false;
        TaskFixture.run(TaskKind.CLASSIFY, config);
        assertFalse(Arrays.equals(before, queries(directory.resolve("trained/model"))));
    }

    private static float[] queries(Path model) {
        try (Checkpoint read = Checkpoint.read(model)) {
            return read.model().parameters().all().entrySet().stream()
                    .filter(weight -> weight.getKey().endsWith("memory_layer.query_proj.weight"))
                    .map(weight -> Tensors.floats(weight.getValue())).findFirst().orElseThrow();
        }
    }

    @Test
    void severalSeedsGiveMeanAndDeviation() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        config.seeds = 3;
        Report report = TaskFixture.run(TaskKind.CLASSIFY, config);
        double[] each = new double[3];
        JsonNode written = TaskFixture.json(directory.resolve("run/report.json"));
        for (int i = 0; i < 3; i++) {
            each[i] = written.at("/runs/" + i + "/test/accuracy").asDouble();
            assertEquals(42 + i, written.at("/runs/" + i + "/seed").asInt());
            assertTrue(Files.isDirectory(directory.resolve("run/seed-" + (42 + i) + "/model")));
        }
        double mean = (each[0] + each[1] + each[2]) / 3;
        assertEquals(mean, report.test().get("accuracy").mean(), 1e-12);
        double deviation = Math.sqrt(((each[0] - mean) * (each[0] - mean) + (each[1] - mean) * (each[1] - mean)
                + (each[2] - mean) * (each[2] - mean)) / 2);
        assertEquals(deviation, report.test().get("accuracy").deviation(), 1e-12);
    }

    @Test
    void theSameSeedGivesTheSameScores() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        Report first = TaskFixture.run(TaskKind.CLASSIFY, config);
        config.outputDir = directory.resolve("again");
        Report second = TaskFixture.run(TaskKind.CLASSIFY, config);
        assertEquals(loss(first), loss(second), 1e-9);
        assertEquals(first.test(), second.test());
    }

    private static double loss(Report report) {
        return ((Finetuning.Epoch) ((List<?>) ((Map<?, ?>) ((List<?>) report.all().get("runs")).getFirst())
                .get("epochs")).getFirst()).trainLoss();
    }

    @Test
    void aPairGetsANumber() {
        Random random = new Random(4);
        List<String> lines = new ArrayList<>(List.of("sentence1\tsentence2\tscore"));
        for (int i = 0; i < 120; i++) {
            boolean a = random.nextBoolean();
            boolean b = random.nextBoolean();
            lines.add("%s\t%s\t%.1f".formatted(TaskFixture.text(random, a), TaskFixture.text(random, b),
                    (a ? 1 : 0) + (b ? 1.5 : 0)));
        }
        Path file = TaskFixture.write(directory.resolve("pairs.tsv"), lines);
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), file, directory.resolve("run"));
        config.devFile = Optional.of(file);
        config.numTrainEpochs = 8;
        Report report = TaskFixture.run(TaskKind.REGRESS, config);
        assertTrue(report.dev().get("pearson").mean() > 0.8, report.all()::toString);
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertEquals(TaskKind.REGRESS, model.kind());
            assertEquals(report.dev().get("pearson").mean(), model.evaluate(file, 8).first(), 1e-6);
        }
    }

    @Test
    void trainingStopsWhenItGetsNoBetter() {
        FinetuningConfig config = config();
        config.learningRate = 0;
        config.numTrainEpochs = 9;
        config.earlyStoppingPatience = 2;
        TaskFixture.run(TaskKind.CLASSIFY, config);
        JsonNode run = TaskFixture.json(directory.resolve("run/report.json")).at("/runs/0");
        // Equal scores are not better: the first epoch stays the best, and two more are tried.
        assertEquals(1, run.path("best_epoch").asInt());
        assertEquals(3, run.path("epochs").size());
    }

    @Test
    void damagedSettingsOfAModelAreNamed() throws IOException {
        FinetuningConfig config = config();
        config.numTrainEpochs = 1;
        TaskFixture.run(TaskKind.CLASSIFY, config);
        Path file = directory.resolve("run/model/task.json");
        String whole = Files.readString(file);
        for (String damaged : List.of("", "{}", "null", "[1]", whole.substring(0, whole.length() / 2),
                whole.replace("classify", "dance"), whole.replace("classify", "qa"), whole.replace("accuracy", "luck"),
                whole.replace("\"n_best_size\" : 20", "\"n_best_size\" : -1"),
                whole.replace("\"max_seq_len\" : 32", "\"max_seq_len\" : \"x\""))) {
            Files.writeString(file, damaged);
            assertThrows(Problem.class, () -> TaskModel.load(directory.resolve("run/model")), damaged);
        }
        Files.writeString(file, whole.replace("\"max_seq_len\" : 32", "\"max_seq_len\" : 60000"));
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            model.predict("the film ".repeat(1000), Optional.empty(), TaskModel.Options.DEFAULT);
        }
    }

    @Test
    void aModelWhoseScoreIsNoNumberIsNotKept() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            lines.add("{\"text\":\"film %d\",\"label\":%d}".formatted(i, i));
        }
        Path train = TaskFixture.write(directory.resolve("train.jsonl"), lines);
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), train, directory.resolve("run"));
        config.devFile = Optional.of(TaskFixture.write(directory.resolve("same.jsonl"),
                List.of("{\"text\":\"a\",\"label\":1}", "{\"text\":\"b\",\"label\":1}")));
        config.numTrainEpochs = 2;
        String said = assertThrows(Problem.class, () -> TaskFixture.run(TaskKind.REGRESS, config)).getMessage();
        assertTrue(said.contains("in none of 2 epochs was pearson"), said);
        assertTrue(Files.notExists(directory.resolve("run/model")));
    }

    @Test
    void mistakesGetOneClearLine() {
        Path odd = TaskFixture.write(directory.resolve("odd.jsonl"),
                List.of("{\"text\":\"a\",\"label\":\"positive\"}", "{\"text\":\"b\",\"label\":\"neutral\"}"));
        FinetuningConfig config = config();
        config.devFile = Optional.of(odd);
        assertTrue(refused(config).contains("odd.jsonl, line 2: the label 'neutral'"), refused(config));
        config = config();
        config.trainFile = TaskFixture.write(directory.resolve("one.jsonl"),
                List.of("{\"text\":\"a\",\"label\":\"x\"}"));
        assertTrue(refused(config).contains("one.jsonl: all examples have the label 'x'"), refused(config));
        config = config();
        config.metrics = "pearson";
        assertTrue(refused(config).contains("pearson is no score of classes"), refused(config));
        config = config();
        config.maxSeqLen = 100;
        assertTrue(refused(config).contains("max_seq_len is 100"), refused(config));
        config = config();
        config.model = TaskFixture.model(directory.resolve("bert"), c -> c.numMemoryLayers = 0);
        config.memory = List.of(shared.resolve("facts"));
        assertTrue(refused(config).contains("no memory layers"), refused(config));
        assertTrue(Files.notExists(directory.resolve("run")));
    }

    private static String refused(FinetuningConfig config) {
        return assertThrows(Problem.class, () -> TaskFixture.run(TaskKind.CLASSIFY, config)).getMessage();
    }

    @Test
    void aRunThatFailsLeavesTheBestModelThatWasThere() {
        FinetuningConfig config = config();
        config.numTrainEpochs = 3;
        Finetuning.Listener failing = new Finetuning.Listener() {
            @Override
            public void epoch(Finetuning.Epoch epoch) {
                if (epoch.number() == 2) {
                    throw new Problem("the disk is full");
                }
            }
        };
        try (Finetuning finetuning = Finetuning.prepare(TaskKind.CLASSIFY, config, false, failing)) {
            assertThrows(Problem.class, finetuning::run);
        }
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertTrue(model.evaluate(shared.resolve("dev.jsonl"), 8).first() > 0);
        }
        // It can be started again, and a finished one is not written over.
        TaskFixture.run(TaskKind.CLASSIFY, config);
        assertTrue(refused(config).contains("finished fine-tuning"));
    }
}
