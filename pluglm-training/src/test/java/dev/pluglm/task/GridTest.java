package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Every combination of some settings. */
class GridTest {

    @TempDir
    Path directory;

    private FinetuningConfig config() {
        Path model = directory.resolve("model");
        FinetuningConfig config = TaskFixture.config(Files.exists(model) ? model : TaskFixture.model(model, _ -> {}),
                TaskFixture.texts(directory.resolve("train.jsonl"), 60, 1), directory.resolve("run"));
        config.devFile = Optional.of(TaskFixture.texts(directory.resolve("dev.jsonl"), 20, 2));
        config.numTrainEpochs = 2;
        return config;
    }

    @Test
    void theBestCombinationsModelIsTakenAndAllAreInTheReport() throws IOException {
        FinetuningConfig config = config();
        config.seeds = 2;
        config.grid = Grid.of("learning_rate=0,3e-3; batch-size=12,20");
        Report report = TaskFixture.run(TaskKind.CLASSIFY, config);
        Path run = directory.resolve("run");
        JsonNode written = TaskFixture.json(run.resolve("report.json"));
        assertEquals(4, written.path("grid").size());
        assertEquals("{\"learning_rate\":\"0\",\"batch_size\":\"20\"}", written.at("/grid/1/settings").toString());
        double best = 0;
        for (JsonNode point : written.path("grid")) {
            best = Math.max(best, point.at("/dev/accuracy/mean").asDouble());
        }
        assertEquals(best, report.dev().get("accuracy").mean());
        Report.Combination chosen = report.grid().stream().filter(Report.Combination::best).findFirst().orElseThrow();
        assertEquals(best, chosen.dev().get("accuracy").mean());
        assertEquals("3e-3", chosen.settings().get("learning_rate"), "nothing is learned at a rate of 0");

        double first = written.at("/runs/0/dev/accuracy").asDouble();
        double second = written.at("/runs/1/dev/accuracy").asDouble();
        Path directory = run.resolve("grid/learning_rate=3e-3/batch_size=" + chosen.settings().get("batch_size"))
                .resolve(second > first ? "seed-43" : "seed-42");
        assertArrayEquals(Files.readAllBytes(directory.resolve("model/model.safetensors")),
                Files.readAllBytes(run.resolve("model/model.safetensors")));
        assertTrue(Files.notExists(run.resolve("grid/learning_rate=0/batch_size=12/seed-42/model")));
        assertEquals(20, TaskFixture.lines(run.resolve("predictions.jsonl")).size());
        try (TaskModel model = TaskModel.load(run.resolve("model"))) {
            assertEquals(Math.max(first, second), model.evaluate(config.devFile.orElseThrow(), 8).first(), 1e-12);
        }
    }

    @Test
    void whatIsFinishedIsNotTrainedAgainAndMoreCanBeTried() {
        FinetuningConfig config = config();
        config.grid = Grid.of(Map.of("learning_rate", List.of(0, 0.003)));
        List<String> notes = new ArrayList<>();
        long[] steps = {0};
        Finetuning.Listener ear = new Finetuning.Listener() {
            @Override
            public void note(String text) {
                notes.add(text);
            }

            @Override
            public void step(dev.pluglm.training.Trainer.Report report, long all) {
                if (++steps[0] == 13) {
                    throw new IllegalStateException("stopped in the second combination");
                }
            }
        };
        assertThrows(IllegalStateException.class, () -> goOn(config, ear));
        config.grid = Grid.of("learning_rate=0,0.003,0.001");
        Report report = goOn(config, ear);
        assertEquals(3, report.grid().size());
        assertEquals(13 + 10 + 10, steps[0], notes::toString);
        assertTrue(notes.contains("2 of 3: learning_rate 0.003"), notes::toString);
    }

    private static Report goOn(FinetuningConfig config, Finetuning.Listener ear) {
        try (Finetuning finetuning = Finetuning.prepare(TaskKind.CLASSIFY, config, true, ear)) {
            return finetuning.run();
        }
    }

    @Test
    void aGridIsReadFromFilesAndFlagsAndWrittenBack() throws IOException {
        Path file = Files.writeString(directory.resolve("grid.yaml"), """
                grid:
                  learning_rate: [1e-5, 3e-5]
                  batch_size: 16
                """);
        FinetuningConfig read = FinetuningConfig.FILE.read(Optional.of(file), Map.of());
        assertEquals("learning_rate=1e-5,3e-5;batch_size=16", read.grid.toString().replace("1.0E-5", "1e-5")
                .replace("3.0E-5", "3e-5"));
        Files.write(file, FinetuningConfig.FILE.write(read));
        assertEquals(read.grid.values(), FinetuningConfig.FILE.read(Optional.of(file), Map.of()).grid.values());
        FinetuningConfig flag = FinetuningConfig.FILE.read(Optional.empty(),
                Map.of("grid", "learning_rate=1e-5,3e-5;epochs=2"));
        assertEquals(List.of("2", "2"), flag.grid.points().stream().map(it -> it.settings().get("epochs")).toList());
    }

    @Test
    void aMistakeGetsOneClearLine() {
        for (String[] wrong : new String[][] {{"learning_rate", "expected name=value"},
            {"luck=1,2", "grid names 'luck'; expected some of learning_rate"}, {"dtype=", "no value"},
            {"dtype=fp32,", "no value in one place"}, {"dtype=fp32,fp32", "the same value twice"},
            {"dtype=fp32;dtype=bf16", "grid names dtype twice"}, {"dtype=fp8", "dtype is 'fp8'"},
            {"learning_rate=fast", "grid: "}, {"learning_rate=-1", "learning_rate is -1"}, {"epochs=1.5", "grid: "}}) {
            String said = assertThrows(Problem.class, () -> {
                FinetuningConfig config = config();
                config.grid = Grid.of(wrong[0]);
                TaskFixture.run(TaskKind.CLASSIFY, config);
            }, wrong[0]).getMessage();
            assertTrue(said.contains(wrong[1]) && said.lines().count() == 1, said);
        }
        FinetuningConfig blind = config();
        blind.devFile = Optional.empty();
        blind.grid = Grid.of("dtype=fp32,bf16");
        assertTrue(assertThrows(Problem.class, () -> TaskFixture.run(TaskKind.CLASSIFY, blind)).getMessage()
                .contains("grid needs a dev_file"));
    }

    @Test
    void anythingElseIsAGridOrAProblem() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println("grids: -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        String letters = "learning_rate=dtype;,1e-5;;=,\"{}[]: \n\u0000";
        for (int trial = 0; trial < 500; trial++) {
            StringBuilder written = new StringBuilder("learning_rate=1,2;");
            for (int i = 0; i < random.nextInt(20); i++) {
                written.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                FinetuningConfig.FILE.read(Optional.empty(), Map.of("grid", written.toString())).grid.points();
            } catch (Problem e) {
                assertEquals(1, e.getMessage().lines().count(), () -> "seed " + seed + ": " + e.getMessage());
            }
        }
        assertThrows(Problem.class, () -> Grid.of("learning_rate=" + "1,".repeat(5000) + "2"));
    }
}
