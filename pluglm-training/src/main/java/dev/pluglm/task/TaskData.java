package dev.pluglm.task;

import dev.pluglm.memory.Passage;
import dev.pluglm.metric.Scores;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Examples of a task as a model reads them, and what its outputs for them mean. */
interface TaskData {

    /** How many examples there are. */
    int size();

    /** What the model reads, in the order of the examples; at least one sample for each. */
    List<Sample> samples();

    /** What the model is trained on: {@link #samples}, without those that there is nothing to be learned from. */
    default List<Sample> trainingSamples() {
        return samples();
    }

    /**
     * What the model says.
     *
     * @param outputs for each sample the numbers of the head: {@code [labels]}, or {@code [length, n]} for heads that
     *     speak of each token
     */
    Results results(float[][] outputs);

    /** What a memory of these examples, labels included, is made of; one passage an example (SPEC 4). */
    List<Passage> passages();

    /**
     * What outputs mean.
     *
     * @param rows one for each example, in their order: its columns and the prediction
     * @param scores empty where the examples are not labelled
     * @param details what else a report tells, like a confusion matrix
     */
    record Results(List<Map<String, Object>> rows, Optional<Scores> scores, Map<String, Object> details) {

        public Results {
            rows = List.copyOf(rows);
        }
    }
}
