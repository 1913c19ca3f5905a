package dev.pluglm.task;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Torch;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.Trainer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fine-tuning from its configuration to the finished model, its scores and its predictions (SPEC 5).
 *
 * <p>In the directory of the run: {@code finetune.yaml}, the configuration; {@code model}, the best epoch's;
 * {@code report.json} and the same as a page, {@code report.html}; {@code predictions.jsonl} of the test file, or else of
 * the dev file; {@code in-task-memory} if there is one. With several seeds or a grid each training has a directory of its
 * own, of which the best one's model and predictions are copied, and the report has mean and deviation. What was stopped
 * can be gone on with.
 */
public final class Finetuning implements AutoCloseable {
    static final String CONFIG = "finetune.yaml";
    static final String REPORT = "report.json";
    static final String PAGE = "report.html";
    static final String IN_TASK_MEMORY = "in-task-memory";

    private final FinetuningConfig config;
    private final boolean goOn;
    private final Ensemble ensemble;
    private final Listener listener;
    private final Tokenizer tokenizer;
    private final Material material;

    /** Is told what goes on. */
    public interface Listener {

        /** Hears nothing. */
        Listener NONE = new Listener() {};

        /** Something that the user should know. */
        default void note(String text) {}

        /** An update was made. */
        default void step(Trainer.Report report, long steps) {}

        /** An epoch ended, and was scored if there is a dev file. */
        default void epoch(Epoch epoch) {}

        /** There is a checkpoint after so many updates. */
        default void saved(long updates) {}

        /** The making of the in-task memory has come so far. */
        default void encoding(long done, long passages) {}
    }

    private Finetuning(TaskKind kind, FinetuningConfig config, boolean goOn, Ensemble ensemble,
            Listener listener) {
        this.config = config;
        this.goOn = goOn;
        this.ensemble = ensemble;
        this.listener = listener;
        Checkpoint base = Checkpoint.read(config.model);
        tokenizer = Tokenizer.of(base.vocabulary());
        try {
            Tasks.Learned learned = Tasks.ofTraining(config.trainFile, settings(kind, config, base), tokenizer);
            DownstreamTask<?> task = learned.task();
            material = new Material(base, learned, task.read(config.trainFile, listener::note),
                    config.devFile.map(it -> task.read(it, listener::note)),
                    config.testFile.map(it -> task.read(it, listener::note)), List.of(), Optional.empty());
            ClassWeights.of(config.classWeights, task, material.train().trainingSamples());
        } catch (RuntimeException e) {
            tokenizer.close();
            base.close();
            throw e;
        }
    }

    /**
     * Reads the model and all examples.
     *
     * @param goOn whether to go on with what is begun in the directory of the run, if anything is
     * @throws Problem if anything does not fit
     */
    public static Finetuning prepare(TaskKind kind, FinetuningConfig config, boolean goOn, Listener listener) {
        return prepare(kind, config, goOn, Ensemble.alone(), listener);
    }

    /**
     * The same, in one of several processes that share the run, all of which have to be given the same.
     *
     * @param listener hears what this process does; only the first one knows scores
     * @throws Problem if anything does not fit
     */
    public static Finetuning prepare(TaskKind kind, FinetuningConfig config, boolean goOn, Ensemble ensemble,
            Listener listener) {
        config.check();
        if (ensemble.isFirst()) {
            OutputDirectory.require(config, goOn);
        }
        Torch.threads(config.threads == 0
                ? Math.max(1, Runtime.getRuntime().availableProcessors() / ensemble.count()) : config.threads);
        return new Finetuning(kind, config, goOn, ensemble, listener);
    }

    private static TaskSettings settings(TaskKind kind, FinetuningConfig config, Checkpoint base) {
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
        if (ensemble.isFirst()) {
            begin();
        }
        Material all = withMemories();
        ensemble.sum(0); // None goes on before the directory and the memory are there.
        Report report = new Trials(config, all, goOn, ensemble, listener).run();
        if (ensemble.isFirst()) {
            report.write(config.outputDir.resolve(REPORT));
        }
        return report;
    }

    private void begin() {
        RunDirectory directory = new RunDirectory(config.outputDir);
        directory.make();
        directory.deleteUnfinished();
        if (!goOn) {
            RunDirectory.below(config.outputDir).forEach(RunDirectory::forget);
        }
        AtomicFiles.write(config.outputDir.resolve(CONFIG), FinetuningConfig.FILE.write(config));
    }

    private Material withMemories() {
        if (!config.inTaskMemory) {
            return material.with(config.memory, Optional.empty());
        }
        List<Passage> passages = material.train().passages();
        List<Path> memories = new ArrayList<>(List.of(inTaskMemory(passages)));
        memories.addAll(config.memory);
        return material.with(List.copyOf(memories), Optional.of(OwnPassages.of(passages)));
    }

    private Path inTaskMemory(List<Passage> passages) {
        Path directory = config.outputDir.resolve(IN_TASK_MEMORY);
        if (!ensemble.isFirst()) {
            return directory;
        }
        RunDirectory.delete(directory);
        TextEncoder encoder = new TextEncoder(tokenizer, material.base().model().memoryEncoder().orElseThrow(() ->
                Problem.of("%s: has no encoder that memories could be made with; use the pre-trained model that it comes from",
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
        material.base().close();
    }
}
