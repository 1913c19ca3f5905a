package dev.pluglm.training;

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
        int processes) {}
