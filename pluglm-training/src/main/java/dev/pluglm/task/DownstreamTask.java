package dev.pluglm.task;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.task.data.ExampleReader;

import java.nio.file.Path;
import java.util.List;

/**
 * A kind of task with its labels: how examples are read, what the model is given, and what its outputs mean.
 *
 * @param <E> the kind of example
 */
sealed interface DownstreamTask<E>
        permits TextClassification, TextLabelling, TextRegression, YesNoQuestions, EntityTagging, AnswerExtraction {

    /** What a model needs to be for this task: its head, its labels. */
    void shape(PlugLMConfig.Draft draft);

    /** Opens a file of examples. */
    ExampleReader<E> open(Path file);

    /**
     * Examples as the model reads them.
     *
     * @param labelled whether labels are read, which each example then must have
     * @throws dev.pluglm.problem.Problem if a label is missing or not known
     */
    TaskData data(List<E> examples, boolean labelled);

    /** All examples of a file, with their labels. */
    default TaskData read(Path file) {
        return data(open(file).readAll(), true);
    }
}
