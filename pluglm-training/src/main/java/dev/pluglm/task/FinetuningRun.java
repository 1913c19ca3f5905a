package dev.pluglm.task;

import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.metric.Scores;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Torch;
import dev.pluglm.training.AdamW;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.LossScaler;
import dev.pluglm.training.MixedPrecision;
import dev.pluglm.training.Schedule;
import dev.pluglm.training.Trainer;

import org.bytedeco.pytorch.Tensor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** One training with one seed: epochs, of which the best is kept, and its scores. */
final class FinetuningRun {

    private static final Pattern HEAD = Pattern.compile("^(classifier|qa_outputs|regressor)\\.");

    private final FinetuningConfig config;
    private final Checkpoint base;
    private final Tasks.Learned learned;
    private final Finetuning.Data data;
    private final List<Path> memories;
    private final Optional<OwnPassages> own;
    private final Path directory;
    private final long seed;
    private final Finetuning.Listener listener;

    FinetuningRun(FinetuningConfig config, Checkpoint base, Tasks.Learned learned, Finetuning.Data data,
            List<Path> memories, Optional<OwnPassages> own, Path directory, long seed, Finetuning.Listener listener) {
        this.config = config;
        this.base = base;
        this.learned = learned;
        this.data = data;
        this.memories = memories;
        this.own = own;
        this.directory = directory;
        this.seed = seed;
        this.listener = listener;
    }

    /**
     * What came of it.
     *
     * @param bestEpoch from 1
     * @param dev of the best epoch
     * @param test of the best epoch
     * @param details of the last of those, and how memories were used
     */
    record Result(long seed, List<Finetuning.Epoch> epochs, int bestEpoch, Optional<Scores> dev, Optional<Scores> test,
            Map<String, Object> details, Map<String, Object> memoryUse, long steps, double seconds) {}

    Result run() {
        long start = System.nanoTime();
        Trained trained;
        try (PlugLM plugged = plug(start())) {
            trained = train(plugged);
        }
        Optional<Scores> test = Optional.empty();
        Optional<Scores> dev = trained.dev();
        Map<String, Object> details = Map.of();
        MemoryUse use = new MemoryUse();
        Optional<TaskData> scored = data.test().or(data::dev);
        if (scored.isPresent()) {
            try (PlugLM best = plug(PlugLM.load(directory.resolve(Finetuning.MODEL), config.device, Precision.FP32))) {
                TaskData.Results results = results(best, scored.get(), use);
                JsonFiles.lines(directory.resolve(Finetuning.PREDICTIONS), results.rows());
                details = results.details();
                test = data.test().isPresent() ? results.scores() : Optional.empty();
            }
        }
        return new Result(seed, trained.epochs(), trained.bestEpoch(), dev, test, details, use.report(),
                trained.steps(), (System.nanoTime() - start) / 1e9);
    }

    private TaskData.Results results(PlugLM plugged, TaskData of, Lookups lookups) {
        return of.results(Outputs.of(plugged, of.samples(), config.perDeviceEvalBatchSize, lookups));
    }

    /** The model to be trained: the one to start from, with another head. */
    private PlugLM start() {
        PlugLMModel from = base.model();
        if (from.memoryEncoder().isPresent()) {
            from.carryMemoryEncoder();
        }
        PlugLMConfig shape = from.config().with(draft -> {
            learned.task().shape(draft);
            draft.fixKeys = config.fixKeys;
            draft.fixValues = config.fixValues;
        });
        boolean sameHead = shape.task() == from.config().task() && shape.numLabels() == from.config().numLabels()
                && shape.labels().equals(from.config().labels());
        Map<String, Tensor> weights = from.tensors();
        PlugLMModel model = PlugLMModel.of(shape,
                name -> Optional.ofNullable(weights.get(name)).filter(_ -> sameHead || !HEAD.matcher(name).find()),
                Torch.device(config.device), Precision.FP32, seed);
        return PlugLM.of(new Checkpoint(model, base.vocabulary(),
                "fine-tuned for %s from %s".formatted(learned.settings().kind(), base.origin())));
    }

    private PlugLM plug(PlugLM model) {
        try {
            return model.plug(memories.toArray(Path[]::new));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private record Trained(List<Finetuning.Epoch> epochs, int bestEpoch, Optional<Scores> dev, long steps) {}

    private Trained train(PlugLM plugged) {
        EpochOrder order = new EpochOrder(data.train().trainingSamples(), config.perDeviceTrainBatchSize,
                config.groupByLength, seed);
        Supervised objective = new Supervised(plugged.model(), order, config.gradientAccumulationSteps,
                plugged.memory(), own);
        long all = objective.updates() * config.numTrainEpochs;
        long steps = config.maxTrainSteps > 0 ? Math.min(all, config.maxTrainSteps) : all;
        MixedPrecision precision = MixedPrecision.of(config.dtype);
        LossScaler scaler = precision.lossScaler();
        try (AdamW optimizer = new AdamW(plugged.model().parameters().trainable(), config.weightDecay)) {
            Trainer trainer = new Trainer(plugged.model(), objective, optimizer, schedule(steps), scaler,
                    new Trainer.Settings(steps, config.maxGradNorm, precision, seed), Ensemble.alone());
            return epochs(plugged, trainer, objective.updates(), steps);
        }
    }

    private Schedule schedule(long steps) {
        return config.lrSchedulerType.equals("linear")
                ? new Schedule.LinearDecay(config.learningRate, Math.min(config.numWarmupSteps, steps), steps)
                : new Schedule.Constant(config.learningRate, config.numWarmupSteps);
    }

    private Trained epochs(PlugLM plugged, Trainer trainer, long updates, long steps) {
        List<Finetuning.Epoch> epochs = new ArrayList<>();
        Optional<Scores> best = Optional.empty();
        int bestEpoch = 0;
        while (!trainer.isDone() && !isPatienceLost(epochs.size(), bestEpoch)) {
            long start = System.nanoTime();
            double loss = epoch(trainer, updates, steps);
            int number = epochs.size() + 1;
            Optional<Scores> dev = data.dev().flatMap(it -> results(plugged, it, Lookups.NONE).scores());
            boolean better = dev.isEmpty() ? trainer.isDone() : isBetter(dev.get(), best);
            if (better) {
                save(plugged);
                best = dev;
                bestEpoch = number;
            }
            Map<String, Double> scores = dev.<Map<String, Double>>map(Scores::byName).orElse(Map.of());
            Finetuning.Epoch epoch = new Finetuning.Epoch(number, loss, scores,
                    (System.nanoTime() - start) / 1e9, better);
            epochs.add(epoch);
            listener.epoch(epoch);
        }
        if (bestEpoch == 0) {
            throw Problem.of("in none of %d epochs was %s of the dev file a number, so no model was kept: all"
                    + " predictions or all labels are equal there; train longer, or choose by another of --metrics",
                    epochs.size(), epochs.getLast().dev().keySet().iterator().next());
        }
        return new Trained(List.copyOf(epochs), bestEpoch, best, trainer.position().updates());
    }

    private boolean isPatienceLost(int epoch, int bestEpoch) {
        return config.earlyStoppingPatience > 0 && epoch - bestEpoch >= config.earlyStoppingPatience;
    }

    private static boolean isBetter(Scores scores, Optional<Scores> best) {
        return !Double.isNaN(scores.first()) && best.map(scores::betterThan).orElse(true);
    }

    /** Makes the updates that are left of the present epoch; the mean of their losses. */
    private double epoch(Trainer trainer, long updates, long steps) {
        double sum = 0;
        long made = 0;
        do {
            Trainer.Report report = trainer.step();
            sum += report.skipped() ? 0 : report.loss();
            made += report.skipped() ? 0 : 1;
            listener.step(report, steps);
        } while (!trainer.isDone() && trainer.position().works() % updates != 0);
        return made == 0 ? Double.NaN : sum / made;
    }

    private void save(PlugLM plugged) {
        AtomicFiles.replaceDirectory(directory.resolve(Finetuning.MODEL), target -> {
            Files.delete(target);
            plugged.checkpoint().write(target);
            learned.settings().write(target);
        });
    }
}
