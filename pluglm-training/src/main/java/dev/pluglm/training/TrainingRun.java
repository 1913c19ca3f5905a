package dev.pluglm.training;

import dev.pluglm.checkpoint.Checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * A run from its first update, or from a checkpoint, to its last, with checkpoints on the way.
 *
 * @param trainer makes the updates
 * @param objective what is learned
 * @param optimizer what changes the weights
 * @param model that is trained, with its vocabulary
 * @param checkpoints of the run
 * @param checkpointSteps updates between checkpoints; 0 for none but the last
 * @param ensemble the processes of the run
 * @param watchers told of every update, in the first process only
 */
public record TrainingRun(
        Trainer trainer,
        Objective objective,
        Optimizer optimizer,
        Checkpoint model,
        RunCheckpoints checkpoints,
        long checkpointSteps,
        Ensemble ensemble,
        List<Watcher> watchers) {

    public TrainingRun {
        watchers = List.copyOf(watchers);
    }

    /** Sees how a run goes. */
    public interface Watcher {

        /** An update was made, or a work skipped. */
        void step(Trainer.Report report);

        /** A checkpoint was written. */
        default void saved(Path checkpoint) {}
    }

    /** The same run, watched by others. */
    public TrainingRun watchedBy(List<Watcher> others) {
        return new TrainingRun(trainer, objective, optimizer, model, checkpoints, checkpointSteps, ensemble,
                others);
    }

    /** Goes on from a checkpoint; the model and the loss scaler were made from it already. */
    public void goOnFrom(Path checkpoint, RunState state) {
        RunCheckpoints.restore(checkpoint, state, optimizer);
        objective.restore(checkpoint);
        trainer.goOnFrom(state.position());
    }

    /** Makes the updates that are left, and a last checkpoint. */
    public void toTheEnd() {
        while (!trainer.isDone()) {
            Trainer.Report report = trainer.step();
            if (ensemble.isFirst()) {
                watchers.forEach(watcher -> watcher.step(report));
            }
            if (!report.skipped() && (trainer.isDone() || isDue(report.update()))) {
                save();
            }
        }
    }

    private boolean isDue(long update) {
        return checkpointSteps > 0 && update % checkpointSteps == 0;
    }

    private void save() {
        if (ensemble.isFirst()) {
            checkpoints.save(trainer.state(objective.fingerprint()), model, optimizer.state(), objective::save);
            Path written = checkpoints.at(trainer.position().updates());
            watchers.forEach(watcher -> watcher.saved(written));
        }
    }
}
