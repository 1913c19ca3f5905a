package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import dev.pluglm.training.Trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A fine-tuning that was stopped goes on as if nothing had happened. */
class StoppedFinetuningTest {

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void write() {
        TaskFixture.model(shared.resolve("model"), c -> {
            c.hiddenDropoutProb = 0.1;
            c.attentionProbsDropoutProb = 0.1;
        });
        TaskFixture.memory(shared.resolve("facts"), shared.resolve("model"), 20);
        TaskFixture.texts(shared.resolve("train.jsonl"), 60, 1);
        TaskFixture.texts(shared.resolve("dev.jsonl"), 20, 2);
    }

    /** 5 updates an epoch, 3 epochs, 2 seeds. */
    private FinetuningConfig config(String name) {
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), shared.resolve("train.jsonl"),
                directory.resolve(name));
        config.devFile = Optional.of(shared.resolve("dev.jsonl"));
        config.memory = List.of(shared.resolve("facts"));
        config.fixKeys = false;
        config.fixValues = false;
        config.numTrainEpochs = 3;
        config.seeds = 2;
        return config;
    }

    /** Throws at some of the updates that it sees, counted over all seeds. */
    private static final class StopAt implements Finetuning.Listener {
        private final int update;
        private int seen;
        private final List<String> notes = new ArrayList<>();

        StopAt(int update) {
            this.update = update;
        }

        static final class Stopped extends RuntimeException {}

        @Override
        public void note(String text) {
            notes.add(text);
        }

        @Override
        public void step(Trainer.Report report, long steps) {
            if (++seen == update) {
                throw new Stopped();
            }
        }
    }

    private static StopAt goOn(FinetuningConfig config, int stopAt) {
        StopAt listener = new StopAt(stopAt);
        try (Finetuning finetuning = Finetuning.prepare(TaskKind.CLASSIFY, config, true, listener)) {
            if (stopAt > 0) {
                assertThrows(StopAt.Stopped.class, finetuning::run);
            } else {
                finetuning.run();
            }
        }
        return listener;
    }

    private void assertSame(Path whole, Path stopped, String message) throws IOException {
        for (String model : List.of("model", "seed-42/model", "seed-43/model")) {
            assertArrayEquals(Files.readAllBytes(whole.resolve(model).resolve("model.safetensors")),
                    Files.readAllBytes(stopped.resolve(model).resolve("model.safetensors")), message + ": " + model);
        }
        assertEquals(Files.readString(whole.resolve("predictions.jsonl")),
                Files.readString(stopped.resolve("predictions.jsonl")), message);
        assertEquals(withoutTimes(whole), withoutTimes(stopped), message);
        try (var files = Files.walk(stopped)) {
            assertEquals(List.of(), files.filter(it -> it.getFileName().toString().matches("checkpoints|\\..*"))
                    .toList(), message);
        }
    }

    private static String withoutTimes(Path run) {
        JsonNode report = TaskFixture.json(run.resolve("report.json"));
        ((ObjectNode) report).remove("config");
        report.findParents("seconds").forEach(it -> ((ObjectNode) it).remove("seconds"));
        return report.toPrettyString();
    }

    @Test
    void aRunStoppedAtAnyUpdateOfAnySeedEndsWithTheSameWeightsAndScoresBitForBit() throws IOException {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println("stops: -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        goOn(config("whole"), 0);
        FinetuningConfig stopped = config("stopped");
        stopped.ckptSteps = 2;
        // In the first epoch before any checkpoint, anywhere, in the second seed after its first checkpoint: the first
        // seed goes on from update 0 at the earliest and 10 at the latest, and has 15.
        goOn(stopped, 1);
        goOn(stopped, 2 + random.nextInt(6));
        goOn(stopped, 2 + random.nextInt(4));
        goOn(stopped, 18 + random.nextInt(3));
        StopAt last = goOn(stopped, 0);
        assertTrue(last.notes.getFirst().contains("seed-42 is finished already"), last.notes::toString);
        assertTrue(last.notes.get(1).contains("going on after update"), last.notes::toString);
        assertSame(directory.resolve("whole"), directory.resolve("stopped"), "seed " + seed);

        // Finished ones are not run again, and more seeds go on from there.
        stopped.seeds = 3;
        StopAt more = goOn(stopped, 0);
        assertEquals(15, more.seen, "only the third seed is trained");
        assertEquals(3, TaskFixture.json(directory.resolve("stopped/report.json")).path("runs").size());
    }

    @Test
    void aProcessKilledAtAnyUpdateGoesOn() throws Exception {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println("kills: -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        goOn(config("whole"), 0);
        FinetuningConfig killed = config("killed");
        killed.ckptSteps = 1;
        Path file = Files.write(directory.resolve("killed.yaml"), FinetuningConfig.FILE.write(killed));
        for (int kills = 0; kills < 2; kills++) {
            kill(start(file), 1 + random.nextInt(12), random.nextInt(40));
        }
        Process last = start(file);
        String said = new String(last.getInputStream().readAllBytes());
        assertEquals(0, last.waitFor(), said);
        assertSame(directory.resolve("whole"), directory.resolve("killed"), "seed " + seed);
    }

    private static Process start(Path config) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "-Dorg.bytedeco.javacpp.cachedir=" + System.getProperty("org.bytedeco.javacpp.cachedir",
                        System.getProperty("user.home") + "/.javacpp/cache"),
                KilledFinetuning.class.getName(), config.toString()).redirectErrorStream(true).start();
    }

    /** Kills a process some milliseconds after it said so many updates: in a checkpoint, an evaluation, an update. */
    private static void kill(Process process, int updates, int milliseconds) throws Exception {
        try (BufferedReader said = process.inputReader()) {
            int seen = 0;
            for (String line = said.readLine(); line != null && seen < updates; line = said.readLine()) {
                seen += line.startsWith("step") ? 1 : 0;
            }
            process.waitFor(milliseconds, java.util.concurrent.TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aRunGoesOnOnlyWithWhatItWasBegunWith() throws IOException {
        FinetuningConfig config = config("run");
        goOn(config, 7);
        config.learningRate = 1e-5;
        refused("finetune.yaml: the run was begun with learning_rate 0.002, not 1.0E-5", config, true);
        FinetuningConfig other = config("run");
        Path train = directory.resolve("train.jsonl");
        Files.copy(shared.resolve("train.jsonl"), train);
        other.trainFile = train;
        refused("train_file", other, true);
        FinetuningConfig elsewhere = config("elsewhere");
        elsewhere.trainFile = train;
        goOn(elsewhere, 7);
        Files.writeString(train, Files.readString(train).replaceFirst("positive", "negative"));
        refused("step-00000005: was made with other examples", elsewhere, true);
        // Without --resume it starts anew.
        assertFalse(TaskFixture.run(TaskKind.CLASSIFY, elsewhere).dev().isEmpty());
        assertEquals(30, goOnAfter(elsewhere));
        FinetuningConfig letters = config("letters");
        Files.createDirectories(letters.outputDir);
        Files.writeString(letters.outputDir.resolve("letter.txt"), "dear");
        refused("letters: is not empty and holds no fine-tuning", letters, false);
    }

    private static long goOnAfter(FinetuningConfig config) {
        long steps = 0;
        for (JsonNode run : TaskFixture.json(config.outputDir.resolve("report.json")).path("runs")) {
            steps += run.path("steps").asLong();
        }
        return steps;
    }

    private static void refused(String expected, FinetuningConfig config, boolean goOn) {
        String said = assertThrows(Problem.class, () -> {
            try (Finetuning finetuning = Finetuning.prepare(TaskKind.CLASSIFY, config, goOn,
                    Finetuning.Listener.NONE)) {
                finetuning.run();
            }
        }).getMessage();
        assertTrue(said.contains(expected), said);
    }
}
