package dev.pluglm.task;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.task.data.ExampleReader;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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

    /**
     * All examples of a file, with their labels.
     *
     * @param notes is told how many were left out, and why, if any were
     */
    default TaskData read(Path file, Consumer<String> notes) {
        ExampleReader<E> reader = open(file);
        List<E> examples = reader.readAll();
        if (!reader.leftOut().isEmpty()) {
            notes.accept("%s: %,d examples; left out: %s".formatted(file, examples.size(),
                    reader.leftOut().entrySet().stream().map(it -> "%s (%,d)".formatted(it.getKey(), it.getValue()))
                            .collect(Collectors.joining(", "))));
        }
        return data(examples, true);
    }

    /** The same, and nobody is told what was left out. */
    default TaskData read(Path file) {
        return read(file, _ -> {});
    }
}
