package dev.pluglm.examples;

import dev.pluglm.task.TaskModel;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Classifies a text, and shows the passages that were looked up for it.
 *
 * <p>Arguments: the model that {@code pluglm finetune classify} wrote, a memory directory, a text.
 */
public final class ClassifyWithEvidence {

    private ClassifyWithEvidence() {}

    public static void main(String[] arguments) {
        try (TaskModel model = TaskModel.load(Path.of(arguments[0])).plug(Path.of(arguments[1]))) {
            Map<String, Object> row =
                    model.predict(arguments[2], Optional.empty(), new TaskModel.Options(1, 3));
            System.out.printf("%s (%.3f)%n", row.get("prediction"), row.get("probability"));
            System.out.println(row.get("evidence"));
        }
    }
}
