package dev.pluglm.training;

import java.util.Optional;

/**
 * The numbers of a run that is not over: what a checkpoint keeps beside weights and optimizer.
 *
 * @param position how far it is
 * @param optimizer kind of optimizer, such as {@code lamb}
 * @param optimizerSteps steps the optimizer has made
 * @param scaler of the loss
 * @param data fingerprint of what is learned from
 * @param processes that share the run
 */
public record RunState(
        Trainer.Position position,
        String optimizer,
        long optimizerSteps,
        LossScaler.State scaler,
        String data,
        int processes) {
    /** What the user should know if the run goes on with another number of processes. */
    public Optional<String> noteOf(int now) {
        return processes == now ? Optional.empty()
                : Optional.of("the run was made by %d processes and goes on with %d: its weights will differ slightly"
                        .formatted(processes, now));
    }
}
