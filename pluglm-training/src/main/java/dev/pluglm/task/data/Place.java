package dev.pluglm.task.data;

import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.Locale;

/**
 * Where an example stands, as messages begin: {@code train.csv, line 12}.
 *
 * @param file the file as it was named
 * @param unit what is counted: a line, or the row of a Parquet file
 * @param number from 1; a line is the example's first
 */
public record Place(Path file, String unit, long number) {

    static Place line(Path file, long number) {
        return new Place(file, "line", number);
    }

    /** A problem at this place; the message is built like {@link String#format}. */
    public Problem problem(String format, Object... arguments) {
        return new Problem(this + ": " + String.format(Locale.ROOT, format, arguments));
    }

    @Override
    public String toString() {
        return "%s, %s %d".formatted(file, unit, number);
    }
}
