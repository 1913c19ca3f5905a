package dev.pluglm.task;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Torch;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.training.Trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fine-tuning from its configuration to the finished model, its scores and its predictions (SPEC 5).
 *
 * <p>In the directory of the run: {@code finetune.yaml}, the configuration; {@code model}, the best epoch's;
 * {@code report.json}; {@code predictions.jsonl} of the test file, or else of the dev file; {@code in-task-memory} if
 * there is one. With several seeds each has a directory of its own for these, and the report has mean and deviation.
 */
public final class Finetuning implements AutoCloseable {
    static final String CONFIG = "finetune.yaml";
    static final String MODEL = "model";
    static final String REPORT = "report.json";
    static final String PREDICTIONS = "predictions.jsonl";
    static final String IN_TASK_MEMORY = "in-task-memory";

    private final TaskKind kind;
    private final FinetuningConfig config;
    private final Listener listener;
    private final Checkpoint base;
    private final Tokenizer tokenizer;
    private final Tasks.Learned learned;
    private final Data data;

    /** Is told what goes on. */
    public interface Listener {

        /** Hears nothing. */
        Listener NONE = new Listener() {};

        /** An update was made. */
        default void step(Trainer.Report report, long steps) {}

        /** An epoch ended, and was scored if there is a dev file. */
        default void epoch(Epoch epoch) {}

        /** The making of the in-task memory has come so far. */
        default void encoding(long done, long passages) {}
    }

    /** The examples of a run. */
    record Data(TaskData train, Optional<TaskData> dev, Optional<TaskData> test) {}

    private Finetuning(TaskKind kind, FinetuningConfig config, Listener listener) {
        this.kind = kind;
        this.config = config;
        this.listener = listener;
        base = Checkpoint.read(config.model);
        tokenizer = Tokenizer.of(base.vocabulary());
        try {
            learned = Tasks.ofTraining(config.trainFile, settings(), tokenizer);
            DownstreamTask<?> task = learned.task();
            data = new Data(task.read(config.trainFile), config.devFile.map(task::read),
                    config.testFile.map(task::read));
            ClassWeights.of(config.classWeights, task, data.train().samples());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Reads the model and all examples.
     *
     * @throws Problem if anything does not fit
     */
    public static Finetuning prepare(TaskKind kind, FinetuningConfig config, Listener listener) {
        config.check();
        if (Files.exists(config.outputDir.resolve(REPORT))) {
            throw Problem.of("%s: holds a finished fine-tuning already; choose another output_dir", config.outputDir);
        }
        if (Files.exists(config.outputDir) && !Files.isDirectory(config.outputDir)) {
            throw Problem.of("%s: is a file; output_dir must be a directory", config.outputDir);
        }
        Torch.threads(config.threads == 0 ? Runtime.getRuntime().availableProcessors() : config.threads);
        return new Finetuning(kind, config, listener);
    }

    private TaskSettings settings() {
        int positions = base.model().config().maxPositionEmbeddings();
        if (config.maxSeqLen > positions) {
            throw Problem.of("max_seq_len is %d, but the model of %s reads %d tokens at most", config.maxSeqLen,
                    config.model, positions);
        }
        if (kind.metrics().isEmpty() && !config.metrics.isBlank()) {
            throw Problem.of("metrics is '%s', but %s has scores of its own; leave metrics out", config.metrics, kind);
        }
        if (config.multiLabel && kind != TaskKind.CLASSIFY) {
            throw Problem.of("multi_label is for classify; %s knows no several labels", kind);
        }
        boolean layers = base.model().config().numMemoryLayers() > 0;
        if (!layers && (config.inTaskMemory || !config.memory.isEmpty())) {
            throw Problem.of("%s: has no memory layers, so no memory can be plugged in", config.model);
        }
        return TaskSettings.of(kind, config).atMost(positions);
    }

    /** Trains, once for each seed, and writes everything. */
    public Report run() {
        make(config.outputDir);
        AtomicFiles.write(config.outputDir.resolve(CONFIG), FinetuningConfig.FILE.write(config));
        List<Path> memories = new ArrayList<>();
        Optional<OwnPassages> own = Optional.empty();
        if (config.inTaskMemory) {
            List<Passage> passages = data.train().passages();
            memories.add(inTaskMemory(passages));
            own = Optional.of(OwnPassages.of(passages));
        }
        memories.addAll(config.memory);
        List<FinetuningRun.Result> results = new ArrayList<>();
        for (long seed = config.seed; seed < config.seed + config.seeds; seed++) {
            Path directory = config.seeds == 1 ? config.outputDir : config.outputDir.resolve("seed-" + seed);
            make(directory);
            FinetuningRun.Result result = new FinetuningRun(config, base, learned, data, memories, own, directory, seed,
                    listener).run();
            results.add(result);
            if (config.seeds > 1) {
                Report.of(kind, config, data, memories, List.of(result)).write(directory.resolve(REPORT));
            }
        }
        Report report = Report.of(kind, config, data, memories, results);
        report.write(config.outputDir.resolve(REPORT));
        return report;
    }

    private static void make(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new Problem(directory + ": could not be made: " + e.getMessage(), e);
        }
    }

    private Path inTaskMemory(List<Passage> passages) {
        Path directory = config.outputDir.resolve(IN_TASK_MEMORY);
        try {
            AtomicFiles.deleteTree(directory);
        } catch (IOException e) {
            throw new Problem(directory + ": could not be replaced: " + e.getMessage(), e);
        }
        TextEncoder encoder = new TextEncoder(tokenizer, base.model().memoryEncoder().orElseThrow(() -> Problem.of(
                "%s: has no encoder that memories could be made with; use the pre-trained model that it comes from",
                config.model)));
        MemoryStore.create(directory, "in-task", encoder, store -> store.add(passages.iterator(),
                done -> listener.encoding(done, passages.size())));
        return directory;
    }

    /**
     * How an epoch went.
     *
     * @param number from 1
     * @param trainLoss mean over its updates
     * @param dev scores by name; empty without a dev file
     * @param seconds for training and scoring
     * @param best whether it is better than all before
     */
    public record Epoch(int number, double trainLoss, Map<String, Double> dev, double seconds, boolean best) {}

    @Override
    public void close() {
        tokenizer.close();
        base.close();
    }
}
