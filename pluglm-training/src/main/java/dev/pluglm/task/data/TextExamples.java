package dev.pluglm.task.data;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads texts and pairs of texts with labels or scores from JSON lines, CSV, TSV or Parquet.
 *
 * <p>Columns are recognised by the names that published data sets use (SPEC 5.1, GLUE), by plain {@code text,label} and
 * {@code text1,text2,label}, or are named. All rows have to have the columns of the first one; further ones are passed
 * through. A label may be a string, a number, a boolean, or in JSON and Parquet a list of them; null and the empty
 * string mean that there is none. Numbers are labels as they are written: {@code 1} and {@code 1.0} are two.
 */
public final class TextExamples {

    private TextExamples() {}

    /**
     * Opens a file whose columns have usual names.
     *
     * @throws Problem if there is no such file, it is empty, or its columns are not recognised
     */
    public static ExampleReader<TextExample> open(Path file) {
        return open(file, Optional.empty());
    }

    /**
     * Opens a file whose columns are named.
     *
     * @throws Problem if there is no such file, it is empty, or it lacks one of these columns
     */
    public static ExampleReader<TextExample> open(Path file, TextColumns columns) {
        return open(file, Optional.of(columns));
    }

    private static ExampleReader<TextExample> open(Path file, Optional<TextColumns> named) {
        String expected = named.map(it -> Shown.of(String.join(", ", it.all()))).orElse(TextColumns.EXPECTED);
        RowReader rows = RowReader.open(file, names -> named.map(it -> it.areAmong(names))
                .orElseGet(() -> TextColumns.among(names).isPresent()), expected);
        return new ExampleReader<>(file, new Texts(rows, named, expected));
    }

    private static final class Texts implements ExampleReader.Source<TextExample> {
        private final RowReader rows;
        private final String expected;
        private Optional<TextColumns> columns;

        Texts(RowReader rows, Optional<TextColumns> columns, String expected) {
            this.rows = rows;
            this.columns = columns;
            this.expected = expected;
        }

        @Override
        public Optional<TextExample> next() {
            return rows.next().map(this::example);
        }

        private TextExample example(Row row) {
            if (columns.isEmpty()) {
                columns = TextColumns.among(List.copyOf(row.values().keySet()));
            }
            TextColumns of = columns.orElseThrow(() -> row.place().problem("the columns are %s; expected %s",
                    Row.shown(row.values()), expected));
            for (String name : of.all()) {
                if (!row.values().containsKey(name)) {
                    throw row.place().problem("no \"%s\" here; expected %s in each row, or null", Shown.of(name),
                            Shown.of(String.join(", ", of.all())));
                }
            }
            return new TextExample(row.id(), row.text(of.text()), of.pair().flatMap(row::optionalText),
                    of.label().filter(name -> row.has(name) && !"".equals(row.values().get(name))).map(row::words)
                            .map(List::copyOf),
                    row.values(), row.place());
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
