package dev.pluglm.task.data;

import dev.pluglm.memory.TextLines;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The records of a file, whatever it is: JSON lines, CSV, TSV or Parquet, told by its content. */
interface RowReader extends AutoCloseable {

    /** The next record, or nothing at the end. */
    Optional<Row> next();

    @Override
    void close();

    /**
     * @param known whether these are the columns that are looked for: it tells a line of names from a line of data, and
     *              commas from tabs
     * @param expected the columns that are looked for, in words
     */
    static RowReader open(Path file, Predicate<List<String>> known, String expected) {
        requireFile(file);
        if (isParquet(file)) {
            return new ParquetRows(file);
        }
        TextLines lines = TextLines.open(file);
        try {
            String first = firstLine(file, lines);
            return isJson(first) ? new JsonRows(file, lines, first)
                    : DelimitedRows.open(file, lines, first, known, expected);
        } catch (RuntimeException e) {
            lines.close();
            throw e;
        }
    }

    static boolean isJson(String firstLine) {
        return firstLine.stripLeading().startsWith("{") || firstLine.stripLeading().startsWith("[");
    }

    /** The first line that is not blank. */
    static String firstLine(Path file, TextLines lines) {
        Optional<String> line = lines.next();
        while (line.isPresent() && line.get().isBlank()) {
            line = lines.next();
        }
        return line.orElseThrow(() -> Problem.of("%s: an empty file; expected at least one example", file));
    }

    static void requireFile(Path file) {
        if (Files.isDirectory(file)) {
            throw Problem.of("%s: a folder; expected a file of examples, name one in it", file);
        }
        if (!Files.exists(file)) {
            throw Problem.of("%s: no such file; expected a file of examples", file);
        }
    }

    static boolean isParquet(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(4), new byte[] {'P', 'A', 'R', '1'});
        } catch (IOException e) {
            throw new Problem("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
        }
    }
}
