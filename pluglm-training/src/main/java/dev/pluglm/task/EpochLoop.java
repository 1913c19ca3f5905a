package dev.pluglm.task;

import dev.pluglm.PlugLM;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.metric.Scores;
import dev.pluglm.problem.Problem;
import dev.pluglm.training.AdamW;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.LossScaler;
import dev.pluglm.training.MetricsLog;
import dev.pluglm.training.MixedPrecision;
import dev.pluglm.training.RunCheckpoints;
import dev.pluglm.training.RunState;
import dev.pluglm.training.Schedule;
import dev.pluglm.training.Trainer;
import dev.pluglm.training.TrainingRun;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Epochs of training, each scored; the best one's model is kept, and a checkpoint at the end of each, from which the
 * training goes on bit for bit.
 */
final class EpochLoop implements AutoCloseable {

    /** Updates in a line of the log. */
    private static final int LOGGED = 1;

    private final FinetuningConfig config;
    private final Material material;
    private final RunDirectory directory;
    private final PlugLM plugged;
    private final Supervised objective;
    private final AdamW optimizer;
    private final Trainer trainer;
    private final long steps;
    private final String fingerprint;
    private final Ensemble ensemble;
    private final Finetuning.Listener listener;
    private final long start = System.nanoTime();
    private EpochState state = EpochState.START;

    /**
     * @param plugged the model to train, not closed here
     * @param checkpoint to go on from, from which the model was read; empty to begin
     */
    EpochLoop(FinetuningConfig config, Material material, RunDirectory directory, PlugLM plugged, long seed,
            Optional<Path> checkpoint, Ensemble ensemble, Finetuning.Listener listener) {
        this.config = config;
        this.material = material;
        this.directory = directory;
        this.plugged = plugged;
        this.ensemble = ensemble;
        this.listener = listener;
        fingerprint = material.fingerprint();
        Optional<RunState> saved = checkpoint.map(RunCheckpoints::state);
        EpochOrder order = EpochOrder.of(material.train().trainingSamples(), config, seed, ensemble.count());
        objective = new Supervised(plugged.model(), order, config.gradientAccumulationSteps, plugged.memory(),
                config.fixQueries, material.own(),
                ClassWeights.of(config.classWeights, material.learned().task(), order.samples()), ensemble);
        long all = objective.updates() * config.numTrainEpochs;
        steps = config.maxTrainSteps > 0 ? Math.min(all, config.maxTrainSteps) : all;
        MixedPrecision precision = MixedPrecision.of(config.dtype);
        LossScaler scaler = saved.map(it -> LossScaler.restore(it.scaler())).orElseGet(precision::lossScaler);
        optimizer = new AdamW(plugged.model().parameters().trainable(), config.weightDecay);
        trainer = new Trainer(plugged.model(), objective, optimizer, schedule(), scaler,
                new Trainer.Settings(steps, config.maxGradNorm, precision, seed), ensemble);
        checkpoint.ifPresent(it -> goOn(it, saved.orElseThrow()));
    }

    private Schedule schedule() {
        return config.lrSchedulerType.equals("linear")
                ? new Schedule.LinearDecay(config.learningRate, Math.min(config.numWarmupSteps, steps), steps)
                : new Schedule.Constant(config.learningRate, config.numWarmupSteps);
    }

    private void goOn(Path checkpoint, RunState saved) {
        if (!saved.data().equals(fingerprint)) {
            throw Problem.of("%s: was made with other examples than train_file and dev_file hold now; a run goes on "
                    + "with the data it began with", checkpoint);
        }
        RunCheckpoints.restore(checkpoint, saved, optimizer);
        trainer.goOnFrom(saved.position());
        state = EpochState.read(checkpoint);
        saved.noteOf(ensemble.count()).ifPresent(listener::note);
        listener.note("going on after update %d".formatted(saved.position().updates()));
    }

    /**
     * Trains to the end.
     *
     * @throws Problem if no epoch's score is a number
     */
    EpochState run() {
        if (ensemble.isFirst()) {
            try (MetricsLog log = new MetricsLog(directory.log(), LOGGED)) {
                run(log);
            }
        } else {
            run(_ -> {});
        }
        if (state.bestEpoch() == 0) {
            throw Problem.of("in none of %d epochs was %s of the dev file a number, so no model was kept: all"
                    + " predictions or all labels are equal there; train longer, or choose by another of --metrics",
                    state.epochs().size(), state.epochs().getLast().dev().keySet().stream().findFirst()
                            .orElse("the first score"));
        }
        return now();
    }

    private void run(TrainingRun.Watcher log) {
        while (!trainer.isDone() && !isPatienceLost()) {
            long began = System.nanoTime();
            epoch(log);
            endOfEpoch(began);
            if (!trainer.isDone()) {
                checkpoint();
            }
        }
    }

    private EpochState now() {
        return state.took((System.nanoTime() - start) / 1e9);
    }

    private boolean isPatienceLost() {
        return config.earlyStoppingPatience > 0
                && state.epochs().size() - state.bestEpoch() >= config.earlyStoppingPatience;
    }

    /** Makes the updates that are left of the present epoch. */
    private void epoch(TrainingRun.Watcher log) {
        boolean ended = false;
        while (!ended) {
            Trainer.Report report = trainer.step();
            ended = trainer.isDone() || trainer.position().works() % objective.updates() == 0;
            if (!report.skipped()) {
                state = state.updated(report.loss());
            }
            log.step(report);
            listener.step(report, steps);
            if (!ended && config.ckptSteps > 0 && report.update() % config.ckptSteps == 0) {
                checkpoint();
            }
        }
    }

    private void endOfEpoch(long began) {
        Optional<Scores> dev = material.dev().filter(_ -> ensemble.isFirst())
                .flatMap(it -> it.results(Outputs.of(plugged, it.samples(), config.perDeviceEvalBatchSize,
                        Lookups.NONE)).scores());
        boolean better = ofFirst(material.dev().isEmpty() ? trainer.isDone()
                : dev.map(state::isBeatenBy).orElse(false));
        if (better && ensemble.isFirst()) {
            keepModel();
        }
        Finetuning.Epoch epoch = new Finetuning.Epoch(state.epochs().size() + 1, state.meanLoss(),
                dev.<Map<String, Double>>map(Scores::byName).orElse(Map.of()), (System.nanoTime() - began) / 1e9,
                better);
        state = state.with(epoch);
        listener.epoch(epoch);
    }

    /** What the first process, which alone knows scores, decides. */
    private boolean ofFirst(boolean decision) {
        return ensemble.sum(ensemble.isFirst() && decision ? 1 : 0) > 0;
    }

    private void keepModel() {
        AtomicFiles.replaceDirectory(directory.model(), target -> {
            Files.delete(target);
            plugged.checkpoint().write(target);
            material.learned().settings().write(target);
        });
    }

    private void checkpoint() {
        if (!ensemble.isFirst()) {
            return;
        }
        directory.checkpoints().save(trainer.state(fingerprint), plugged.checkpoint(), optimizer.state(), now()::write);
        listener.saved(trainer.position().updates());
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
