package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code pluglm pretrain}, as a user types it. */
class PretrainCommandTest {

    @TempDir
    Path directory;

    @BeforeEach
    void write() throws IOException {
        TinyModel.write(directory.resolve("model"), 3);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            lines.add("{\"id\":\"p%d\",\"text\":\"the capital of france is paris number %d .\"}".formatted(i, i));
        }
        Files.write(directory.resolve("texts.jsonl"), lines);
        Files.writeString(directory.resolve("recipe.yaml"), """
                data_dir: %1$s/texts.jsonl
                tokenized_document_path: %1$s/texts.jsonl
                init_from: %1$s/model
                output_dir: %1$s/run
                max_train_steps: 4
                total_train_batch_size_per_device: 8
                gradient_accumulation_steps: 2
                refreshing_steps: 2
                max_seq_length: 32
                learning_rate: 1e-3
                dtype: fp32
                threads: 1
                """.formatted(directory));
    }

    @Test
    void oneCommandTrainsAModelThatFillsAtOnce() {
        String said = Run.ok("pretrain", directory.resolve("recipe.yaml"), "--quiet");
        assertTrue(said.startsWith("trained 4 steps, last loss "), said);
        assertTrue(said.contains("its memory of 40 passages"), said);
        String filled = Run.ok("fill", "--model", directory.resolve("run/model"), "--memory",
                directory.resolve("run/memory"), "the capital of france is [MASK] .");
        assertTrue(filled.contains("[MASK]") || filled.contains("%") || !filled.isBlank(), filled);
    }

    @Test
    void flagsMayBeWrittenAsThePublishedCodeWritesThem() {
        String said = Run.ok("pretrain", directory.resolve("recipe.yaml"), "--max_train_steps", "1", "--ckpt-steps", "0",
                "--quiet");
        assertTrue(said.startsWith("trained 1 step,"), said);
    }

    @Test
    void aDryRunPrintsThePlanAndWritesNothing() {
        String plan = Run.ok("pretrain", directory.resolve("recipe.yaml"), "--dry-run", "--quiet");
        for (String part : List.of("parameters", "40 passages", "tokens/s", "all steps    4", "RAM", "disk")) {
            assertTrue(plan.contains(part), plan);
        }
        assertTrue(Files.notExists(directory.resolve("run")));
        assertEquals(4, Run.json("pretrain", directory.resolve("recipe.yaml"), "--dry-run", "--quiet").getFirst()
                .path("steps").asInt());
    }

    @Test
    void aMistakeGetsOneLine() {
        Path recipe = directory.resolve("recipe.yaml");
        assertTrue(Run.failure(1, "pretrain", recipe, "--learning-rate", "fast").contains("learning_rate"));
        assertTrue(Run.failure(1, "pretrain", recipe, "--data-dir", "nowhere.jsonl").contains("nowhere.jsonl"));
        assertTrue(Run.failure(1, "pretrain", directory.resolve("none.yaml")).contains("none.yaml"));
        assertTrue(Run.failure(2, "pretrain", recipe, "--processes", "0").contains("--processes"));
        assertTrue(Run.failure(2, "pretrain", recipe, "--rank", "0").contains("--world-size"));
    }

    private Process start(String... more) throws IOException {
        List<Object> line = new ArrayList<>(List.of("pretrain", directory.resolve("recipe.yaml")));
        line.addAll(List.of(more));
        return Run.start(directory.resolve("out.txt"), line.toArray());
    }

    @Test
    void aProcessThatDiesStopsTheOthersSoonAndTheRunGoesOn() throws Exception {
        Process run = start("--processes", "2", "--max-train-steps", "100000", "--ckpt-steps", "3");
        Path checkpoints = directory.resolve("run/checkpoints");
        long patience = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (run.isAlive() && !Files.exists(checkpoints) && System.nanoTime() < patience) {
            run.waitFor(20, TimeUnit.MILLISECONDS);
        }
        assertTrue(Files.exists(checkpoints), () -> out());
        List<ProcessHandle> children = run.children().toList();
        assertEquals(2, children.size());
        long killed = System.nanoTime();
        children.getLast().destroyForcibly();
        assertTrue(run.waitFor(30, TimeUnit.SECONDS), "still running 30 s after a process died");
        assertEquals(1, run.exitValue());
        assertTrue(children.stream().noneMatch(ProcessHandle::isAlive), "a process is left over");
        System.out.printf("stopped %.1f s after the death of a process%n", (System.nanoTime() - killed) / 1e9);
        assertTrue(out().contains("--resume auto"), this::out);

        Process again = start("--processes", "2", "--max-train-steps", "100000", "--ckpt-steps", "3", "--resume",
                "auto");
        while (again.isAlive() && !out().contains("going on after update") && System.nanoTime() < patience) {
            again.waitFor(20, TimeUnit.MILLISECONDS);
        }
        List<ProcessHandle> left = again.children().toList();
        again.destroyForcibly().waitFor();
        assertTrue(out().contains("going on after update"), this::out);
        for (ProcessHandle child : left) {
            // They see that the process that started them is gone.
            child.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    private String out() {
        try {
            return Files.readString(directory.resolve("out.txt"));
        } catch (IOException e) {
            return "";
        }
    }
}
