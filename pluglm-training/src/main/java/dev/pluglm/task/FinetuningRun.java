package dev.pluglm.task;

import dev.pluglm.PlugLM;
import dev.pluglm.metric.Scores;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.RunCheckpoints;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One training with one seed, from its start or a checkpoint to its scores.
 *
 * @param goOn whether to go on from a checkpoint if there is one
 */
record FinetuningRun(FinetuningConfig config, Material material, RunDirectory directory, long seed, boolean goOn,
        Ensemble ensemble, Finetuning.Listener listener) {

    /** Trains and scores, if that is not done yet; only the first of several processes scores. */
    RunResult run() {
        if (ensemble.isFirst()) {
            directory.make();
            directory.deleteUnfinished();
        }
        Optional<RunResult> finished = directory.result();
        if (finished.isPresent()) {
            listener.note("%s is finished already".formatted(directory.path()));
            return finished.get();
        }
        Optional<Path> checkpoint = goOn ? directory.checkpoints().newest(listener::note) : Optional.empty();
        EpochState state = trained(checkpoint);
        if (!ensemble.isFirst()) {
            return new RunResult(seed, state.epochs(), state.bestEpoch(), Map.of(), Map.of(), Map.of(), Map.of(),
                    state.allUpdates(), state.seconds());
        }
        RunResult result = scored(state);
        ModelCard.write(directory, config, material, result);
        directory.finish(result);
        return result;
    }

    private EpochState trained(Optional<Path> checkpoint) {
        try (PlugLM plugged = checkpoint.map(it -> material.load(RunCheckpoints.model(it), config))
                .orElseGet(() -> material.start(config, seed));
                EpochLoop loop = new EpochLoop(config, material, directory, plugged, seed, checkpoint, ensemble,
                        listener)) {
            return loop.run();
        }
    }

    private RunResult scored(EpochState state) {
        long start = System.nanoTime();
        Optional<TaskData> last = material.test().or(material::dev);
        MemoryUse use = new MemoryUse();
        Map<String, Object> details = Map.of();
        Map<String, Double> test = Map.of();
        if (last.isPresent()) {
            try (PlugLM best = material.load(directory.model(), config)) {
                TaskData.Results results = last.get().results(Outputs.of(best, last.get().samples(),
                        config.perDeviceEvalBatchSize, use));
                JsonFiles.lines(directory.predictions(), results.rows());
                details = results.details();
                test = material.test().isPresent() ? results.scores().map(Scores::byName).orElseThrow() : test;
            }
        }
        return new RunResult(seed, state.epochs(), state.bestEpoch(), state.bestScores(), test, details, use.report(),
                state.allUpdates(), state.seconds() + (System.nanoTime() - start) / 1e9);
    }
}
