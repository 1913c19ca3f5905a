package dev.pluglm.pretraining;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Torch;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Vocabulary;
import dev.pluglm.training.AdamW;
import dev.pluglm.training.Autocast;
import dev.pluglm.training.CurvesPage;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.Lamb;
import dev.pluglm.training.LossScaler;
import dev.pluglm.training.MetricsLog;
import dev.pluglm.training.MixedPrecision;
import dev.pluglm.training.Optimizer;
import dev.pluglm.training.RunCheckpoints;
import dev.pluglm.training.RunFolder;
import dev.pluglm.training.RunState;
import dev.pluglm.training.Schedule;
import dev.pluglm.training.TensorBoardLog;
import dev.pluglm.training.Trainer;
import dev.pluglm.training.TrainingRun;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A pre-training from its configuration to the finished model and its memory (paper, section 3.4; SPEC 3).
 *
 * <p>In the directory of the run: {@code pretrain.yaml}, the configuration; {@code checkpoints}; {@code log.jsonl} and
 * an event file for TensorBoard; and at the end {@code model}, {@code memory} and {@code curves.html}.
 */
public final class Pretraining implements AutoCloseable {
    static final String CONFIG = "pretrain.yaml";
    static final String CHECKPOINTS = "checkpoints";
    static final String LOG = "log.jsonl";
    static final String MODEL = "model";
    static final String MEMORY = "memory";
    static final String CURVES = "curves.html";

    /** Of passages in a refresh: many at once are encoded fastest. */
    private static final int TOKENS_AT_ONCE = 1 << 16;

    private final PretrainingConfig config;
    private final Ensemble ensemble;
    private final Listener listener;
    private final Checkpoint model;
    private final Tokenizer tokenizer;
    private final Optional<Passages> passages;
    private final SampleSource source;
    private final MaskedLanguageModelling objective;
    private final Optimizer optimizer;
    private final Trainer trainer;
    private final TrainingRun run;

    /** Is told what goes on. */
    public interface Listener extends TrainingRun.Watcher {

        /** Something that the user should know. */
        void note(String text);

        /** A refresh of the memory's keys, or the making of the final memory, has come so far. */
        void encoding(long done, long passages);

        /** The fitting of the memory layers has come so far. */
        default void fitting(long done, long texts) {}
    }

    private Pretraining(PretrainingConfig config, boolean goOn, Ensemble ensemble, Listener listener) {
        this.config = config;
        this.ensemble = ensemble;
        this.listener = listener;
        Device device = Torch.device(config.device);
        RunCheckpoints checkpoints = new RunCheckpoints(config.outputDir.resolve(CHECKPOINTS), config.maxCkpt);
        Optional<Path> newest = goOn ? checkpoints.newest(listener::note) : Optional.empty();
        Optional<RunState> state = newest.map(RunCheckpoints::state);
        model = start(newest, device);
        config.trainable.ifPresent(this::freeze);
        tokenizer = Tokenizer.of(model.vocabulary());
        PlugLMConfig shape = model.model().config();
        passages = shape.numMemoryLayers() == 0 ? Optional.empty() : Optional.of(new Passages(documents(), tokenizer,
                Math.min(config.passageTokens, shape.maxPositionEmbeddings()), shape.maxPositionEmbeddings()));
        source = TrainingData.source(config, tokenizer, shape.maxPositionEmbeddings());
        objective = objective(shape);
        optimizer = optimizer();
        MixedPrecision precision = MixedPrecision.of(config.dtype);
        LossScaler scaler = state.map(it -> LossScaler.restore(it.scaler())).orElseGet(precision::lossScaler);
        trainer = new Trainer(model.model(), objective, optimizer, schedule(), scaler,
                new Trainer.Settings(config.maxTrainSteps, config.maxGradNorm, precision, config.seed), ensemble);
        run = new TrainingRun(trainer, objective, optimizer, model, checkpoints, config.ckptSteps, ensemble,
                List.of(listener));
        if (config.keepPassageStates) {
            // As exact as the training that reads them.
            try (Autocast _ = Autocast.open(device, precision)) {
                objective.keepPassageStates();
            }
        }
        newest.ifPresentOrElse(it -> goOn(it, state.orElseThrow()), () -> {
            if (config.fitSamples > 0) {
                fitMemoryLayers(precision);
            }
            objective.start();
        });
    }

    /**
     * Gets everything ready for the first step, or for the one after a checkpoint: reads the model and the data, and
     * encodes the memory.
     *
     * @param goOn whether to go on from the newest checkpoint, if there is one
     * @throws Problem if anything does not fit
     */
    public static Pretraining prepare(PretrainingConfig config, boolean goOn, Ensemble ensemble, Listener listener) {
        config.check();
        Torch.threads(config.threads == 0 ? Runtime.getRuntime().availableProcessors() : config.threads);
        if (ensemble.isFirst()) {
            requireOwnDirectory(config.outputDir, goOn);
        }
        return new Pretraining(config, goOn, ensemble, listener);
    }

    private static void requireOwnDirectory(Path directory, boolean goOn) {
        boolean isRun = Files.exists(directory.resolve(CONFIG)) || Files.exists(directory.resolve(CHECKPOINTS));
        if (isRun && !goOn) {
            throw Problem.of("%s: holds a run already; go on with it (--resume auto), or choose another output_dir",
                    directory);
        }
        RunFolder.require(directory, isRun, "run");
    }

    private Checkpoint start(Optional<Path> checkpoint, Device device) {
        Optional<Path> source = checkpoint.map(RunCheckpoints::model).or(() -> config.initFrom);
        if (source.isPresent()) {
            return Checkpoint.read(source.get(), device, Precision.FP32);
        }
        Vocabulary vocabulary = Vocabulary.read(config.vocabFile.orElseThrow());
        PlugLMConfig.Draft draft = config.model.orElseThrow();
        draft.vocabSize = vocabulary.size();
        PlugLMConfig shape = draft.build();
        return new Checkpoint(PlugLMModel.of(shape, _ -> Optional.empty(), device, Precision.FP32, config.seed),
                vocabulary, "drawn with seed " + config.seed);
    }

    private void fitMemoryLayers(MixedPrecision precision) {
        int[][] memory = passages.map(Passages::tokens).orElseThrow(() -> new Problem(
                "fit_samples is given, but the model has no memory layers"));
        MemoryFit fit = new MemoryFit(model.model(), precision, ensemble, model.vocabulary());
        try (Batches texts = TrainingData.batchesToFit(config, source, model.vocabulary(), ensemble)) {
            long used = fit.fit(texts, memory, config.fitSamples,
                    done -> listener.fitting(done, fit.looks(config.fitSamples)));
            listener.note("fitted the memory layers to %,d of %,d texts, those with a passage that states what is masked"
                    .formatted(used, config.fitSamples));
        }
    }

    private void freeze(String pattern) {
        Pattern trained = Pattern.compile(pattern);
        model.model().parameters().trainOnly(name -> trained.matcher(name).find());
        if (model.model().parameters().trainable().isEmpty()) {
            throw Problem.of("trainable is '%s', which matches none of the model's weights, such as %s", pattern,
                    model.model().parameters().all().keySet().iterator().next());
        }
    }

    private Path documents() {
        return config.tokenizedDocumentPath.orElseThrow(() -> Problem.of("tokenized_document_path is missing; a model "
                + "with %d memory layers needs passages to look into", model.model().config().numMemoryLayers()));
    }

    private MaskedLanguageModelling objective(PlugLMConfig shape) {
        if (shape.fixKeys() || shape.fixValues()) {
            throw new Problem("the model has fixed keys or values; pre-training learns them: set fix_keys and"
                    + " fix_values to false");
        }
        Optional<RefreshedMemory> memory = passages.map(it -> new RefreshedMemory(
                it.name(), it.tokens(), shape.querySize(), TOKENS_AT_ONCE));
        long size = memory.map(RefreshedMemory::size).orElse(0);
        Batches batches = TrainingData.batches(config, source, model.vocabulary(), ensemble);
        return new MaskedLanguageModelling(model.model(), source.fingerprint(), batches, memory,
                new MaskedLanguageModelling.Refreshing(config.refreshingSteps, config.refreshingLag,
                        done -> listener.encoding(done, size)),
                new MaskedLanguageModelling.OwnText(config.excludeOwnText, config.seed),
                Counterfactuals.of(config.counterfactualShare, config.seed, source, model.vocabulary()),
                model.vocabulary().padding(), ensemble);
    }

    private Optimizer optimizer() {
        Map<String, Tensor> weights = model.model().parameters().trainable();
        return switch (config.optimizer) {
            case LAMB -> new Lamb(weights, config.weightDecay);
            case ADAMW -> new AdamW(weights, config.weightDecay);
        };
    }

    private Schedule schedule() {
        long warmup = Math.round(config.warmupProportion * config.maxTrainSteps);
        return switch (config.schedule) {
            case POLYNOMIAL -> new Schedule.PolynomialWarmup(
                    config.learningRate, config.warmupProportion, config.maxTrainSteps);
            case LINEAR -> new Schedule.LinearDecay(config.learningRate, warmup, config.maxTrainSteps);
            case CONSTANT -> new Schedule.Constant(config.learningRate, warmup);
        };
    }

    private void goOn(Path checkpoint, RunState state) {
        if (!state.data().equals(objective.fingerprint())) {
            throw Problem.of("%s: was made with other data than %s holds now (fingerprints %.12s and %.12s); a run goes "
                    + "on with the data it began with", checkpoint, config.dataDir, state.data(),
                    objective.fingerprint());
        }
        if (!state.optimizer().equals(optimizer.name())) {
            throw Problem.of("%s: was made with the optimizer %s, the configuration asks for %s", checkpoint,
                    state.optimizer(), optimizer.name());
        }
        state.noteOf(ensemble.count()).ifPresent(listener::note);
        run.goOnFrom(checkpoint, state);
        listener.note("going on after update %d, from %s".formatted(state.position().updates(), checkpoint));
    }

    public Trainer trainer() {
        return trainer;
    }

    public PlugLMModel model() {
        return model.model();
    }

    /** Passages in the memory; 0 without one. */
    public int passages() {
        return objective.passages();
    }

    /** Times two steps, after which this training must not be {@link #run}, and tells what the whole will need. */
    public Plan plan() {
        Trainer.Report first = trainer.step();
        Trainer.Report second = trainer.isDone() ? first : trainer.step();
        return Plan.of(config, model.model(), passages(), second);
    }

    /** Makes all updates that are left, then writes the model, its memory and its curves. */
    public void run() {
        if (!ensemble.isFirst()) {
            run.toTheEnd();
            return;
        }
        Path directory = config.outputDir;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new Problem(directory + ": could not be made: " + e.getMessage(), e);
        }
        AtomicFiles.write(directory.resolve(CONFIG), config.toYaml());
        try (MetricsLog log = new MetricsLog(directory.resolve(LOG), config.loggingSteps);
                TensorBoardLog board = new TensorBoardLog(directory, Clock.systemUTC())) {
            List<TrainingRun.Watcher> watchers = new ArrayList<>(List.of(listener, log, board));
            run.watchedBy(watchers).toTheEnd();
        }
        finish(directory);
    }

    private void finish(Path directory) {
        CurvesPage.write(directory.resolve(CURVES), directory.toAbsolutePath().getFileName() + ": pre-training",
                MetricsLog.read(directory.resolve(LOG)));
        AtomicFiles.replaceDirectory(directory.resolve(MODEL), target -> {
            Files.delete(target);
            model.write(target);
        });
        passages.ifPresent(it -> {
            try {
                AtomicFiles.deleteTree(directory.resolve(MEMORY));
            } catch (IOException e) {
                throw new Problem(directory.resolve(MEMORY) + ": could not be replaced: " + e.getMessage(), e);
            }
            TextEncoder encoder = new TextEncoder(tokenizer, model.model().memoryEncoder().orElseThrow());
            MemoryStore.create(directory.resolve(MEMORY), it.name(), encoder,
                    store -> it.store(store, encoder, done -> listener.encoding(done, passages())));
        });
    }

    @Override
    public void close() {
        objective.close();
        optimizer.close();
        tokenizer.close();
        model.close();
    }
}
