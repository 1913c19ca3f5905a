package dev.pluglm.task;

import java.util.List;
import java.util.Map;

/**
 * What came of one training.
 *
 * @param epochs one after the other
 * @param bestEpoch from 1
 * @param dev scores of the best epoch by name; empty without a dev file
 * @param test likewise
 * @param details of the last of those: a confusion matrix, scores of each type
 * @param memoryUse how memories were used for it
 * @param steps updates made
 * @param seconds that it took, what was lost with a process that was stopped not counted
 */
record RunResult(
        long seed,
        List<Finetuning.Epoch> epochs,
        int bestEpoch,
        Map<String, Double> dev,
        Map<String, Double> test,
        Map<String, Object> details,
        Map<String, Object> memoryUse,
        long steps,
        double seconds) {

    /** The score that decides between trainings; the lowest of all if there is none. */
    double first() {
        return dev.values().stream().findFirst().orElse(Double.NEGATIVE_INFINITY);
    }
}
