package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import dev.pluglm.training.Ensemble;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A run that was stopped goes on as if nothing had happened. */
class ResumeTest {

    @TempDir
    Path directory;

    @BeforeEach
    void data() {
        PretrainingFixture.write(directory);
    }

    private static PretrainingFixture.Ear train(PretrainingConfig config, boolean goOn) {
        PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
        try (Pretraining training = Pretraining.prepare(config, goOn, Ensemble.alone(), ear)) {
            training.run();
        }
        return ear;
    }

    private byte[] weights(Path run) throws IOException {
        return Files.readAllBytes(run.resolve("model/model.safetensors"));
    }

    @Test
    void aRunThatGoesOnFromItsMiddleEndsWithTheSameWeightsBitForBit() throws Exception {
        PretrainingConfig whole = PretrainingFixture.config(directory);
        whole.model.orElseThrow().hiddenDropoutProb = 0.1;
        whole.outputDir = directory.resolve("whole");
        train(whole, false);

        PretrainingConfig stopped = PretrainingFixture.config(directory);
        stopped.model.orElseThrow().hiddenDropoutProb = 0.1;
        try (Pretraining training = Pretraining.prepare(stopped, false, Ensemble.alone(), new StopAfter(7))) {
            assertThrows(StopAfter.Stopped.class, training::run);
        }
        PretrainingFixture.Ear ear = train(stopped, true);

        assertEquals(5, ear.reports.getFirst().update(), "it goes on after the checkpoint of step 4");
        assertArrayEquals(weights(whole.outputDir), weights(stopped.outputDir));
    }

    @Test
    void aRefreshInTheBackgroundIsTakenUpAgainAndChangesNothing() throws Exception {
        PretrainingConfig whole = PretrainingFixture.config(directory);
        whole.refreshingLag = 3;
        whole.outputDir = directory.resolve("whole");
        train(whole, false);

        PretrainingConfig stopped = PretrainingFixture.config(directory);
        stopped.refreshingLag = 3;
        stopped.ckptSteps = 6;
        try (Pretraining training = Pretraining.prepare(stopped, false, Ensemble.alone(), new StopAfter(7))) {
            assertThrows(StopAfter.Stopped.class, training::run);
        }
        assertTrue(Files.exists(stopped.outputDir.resolve("checkpoints/step-00000006/refresh.safetensors")),
                "the refresh that began after step 5 is under way");
        train(stopped, true);
        assertArrayEquals(weights(whole.outputDir), weights(stopped.outputDir));

        PretrainingConfig waiting = PretrainingFixture.config(directory);
        waiting.outputDir = directory.resolve("waiting");
        train(waiting, false);
        assertFalse(Arrays.equals(weights(whole.outputDir), weights(waiting.outputDir)),
                "other keys are searched in between");
    }

    /** Ends a run after a step, as an error would. */
    private static final class StopAfter implements Pretraining.Listener {
        private final long step;

        StopAfter(long step) {
            this.step = step;
        }

        static final class Stopped extends RuntimeException {}

        @Override
        public void note(String text) {}

        @Override
        public void encoding(long done, long passages) {}

        @Override
        public void step(dev.pluglm.training.Trainer.Report report) {
            if (report.update() == step) {
                throw new Stopped();
            }
        }
    }

    @Test
    void aRunThatIsKilledAgainAndAgainEndsWithTheSameWeightsBitForBit() throws Exception {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println("kills: -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        Path quiet = Files.createDirectory(directory.resolve("quiet"));
        Path killed = Files.createDirectory(directory.resolve("killed"));
        PretrainingFixture.write(quiet);
        PretrainingFixture.write(killed);
        assertTrue(run(quiet).waitFor(120, TimeUnit.SECONDS));

        for (int kills = 0; kills < 4; kills++) {
            Process process = run(killed);
            // At any moment after its first checkpoint has begun to be written.
            waitFor(process, killed.resolve("run/checkpoints"));
            process.waitFor(random.nextInt(900), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
        }
        Process last = run(killed);
        assertTrue(last.waitFor(120, TimeUnit.SECONDS));
        assertEquals(0, last.exitValue(), () -> "seed " + seed);

        assertArrayEquals(weights(quiet.resolve("run")), weights(killed.resolve("run")), () -> "seed " + seed);
        try (Stream<Path> left = Files.list(killed.resolve("run/checkpoints"))) {
            assertTrue(left.noneMatch(path -> path.getFileName().toString().startsWith(".")), "nothing half written");
        }
    }

    private static void waitFor(Process process, Path file) throws InterruptedException {
        while (process.isAlive() && !Files.exists(file)) {
            Thread.onSpinWait();
            process.waitFor(5, TimeUnit.MILLISECONDS);
        }
    }

    /** The system lets the process write no file as large as a checkpoint's weights, which is as good as a full disk. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskEndsTheRunWithOneLineAndCostsOnlyTheStepsSinceTheLastCheckpoint() throws Exception {
        Path quiet = Files.createDirectory(directory.resolve("quiet"));
        Path full = Files.createDirectory(directory.resolve("full"));
        PretrainingFixture.write(quiet);
        PretrainingFixture.write(full);
        assertTrue(run(quiet).waitFor(120, TimeUnit.SECONDS));
        try (Pretraining training = KilledRun.prepare(full, 0.1, new StopAfter(7))) {
            assertThrows(StopAfter.Stopped.class, training::run);
        }
        Path checkpoints = full.resolve("run/checkpoints");
        List<String> before = names(checkpoints);
        assertTrue(before.contains("step-00000006"), before::toString);
        long kilobytes = Files.size(checkpoints.resolve("step-00000006/model/model.safetensors")) / 1024;

        Process process = run(full, "bash", "-c", "ulimit -f " + (kilobytes - 1) + "; exec \"$@\"", "limited");
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        String said = Files.readString(full.resolve("out.txt"));
        assertEquals(1, process.exitValue(), said);
        assertTrue(said.contains("checkpoints/step-00000008/model/model.safetensors: could not be written: File too large"), said);
        assertEquals(before, names(checkpoints), "nothing lost, nothing half written");

        Process last = run(full);
        assertTrue(last.waitFor(120, TimeUnit.SECONDS));
        assertEquals(0, last.exitValue());
        assertArrayEquals(weights(quiet.resolve("run")), weights(full.resolve("run")));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** @param before what starts the command, such as another command that takes it as arguments */
    private static Process run(Path directory, String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "-Dorg.bytedeco.javacpp.cachedir=" + System.getProperty("org.bytedeco.javacpp.cachedir",
                        System.getProperty("user.home") + "/.javacpp/cache"),
                KilledRun.class.getName(), directory.toString(), "0.1"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("out.txt").toFile()))
                .start();
    }

    @Test
    void aDamagedCheckpointIsPassedOverWithItsName() throws Exception {
        PretrainingConfig config = PretrainingFixture.config(directory);
        train(config, false);
        Path newest = config.outputDir.resolve("checkpoints/step-00000012/optimizer.safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length - 3] ^= 1;
        Files.write(newest, bytes);
        byte[] before = weights(config.outputDir);

        PretrainingFixture.Ear ear = train(config, true);

        assertTrue(ear.notes.getFirst().contains(newest.toString()), () -> ear.notes.toString());
        assertEquals(9, ear.reports.getFirst().update(), "it falls back to the checkpoint of step 8");
        assertArrayEquals(before, weights(config.outputDir));
    }

    @Test
    void otherDataThanTheRunBeganWithIsRefused() throws Exception {
        PretrainingConfig config = PretrainingFixture.config(directory);
        train(config, false);
        Files.writeString(directory.resolve("texts.jsonl"), "{\"id\":\"new\",\"text\":\"Anna went to see Rome .\"}\n",
                StandardOpenOption.APPEND);
        Problem refused = assertThrows(Problem.class, () -> train(config, true));
        assertTrue(refused.getMessage().contains("other data"), refused::getMessage);
    }

    @Test
    void aDirectoryThatHoldsARunOrAnythingElseIsNotOverwritten() throws Exception {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.maxTrainSteps = 1;
        train(config, false);
        Problem again = assertThrows(Problem.class, () -> train(config, false));
        assertTrue(again.getMessage().contains("--resume auto"), again::getMessage);

        config.outputDir = Files.createDirectory(directory.resolve("other"));
        Files.writeString(config.outputDir.resolve("letter.txt"), "dear");
        Problem other = assertThrows(Problem.class, () -> train(config, true));
        assertTrue(other.getMessage().contains("not empty"), other::getMessage);
    }

    @Test
    void onlySoManyCheckpointsAreKept() throws Exception {
        PretrainingConfig config = PretrainingFixture.config(directory);
        train(config, false);
        try (Stream<Path> kept = Files.list(config.outputDir.resolve("checkpoints"))) {
            assertEquals(List.of("step-00000008", "step-00000012"),
                    kept.map(path -> path.getFileName().toString()).sorted().toList());
        }
        assertFalse(Files.exists(config.outputDir.resolve("checkpoints/step-00000004")));
    }
}
