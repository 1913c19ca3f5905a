package dev.pluglm.task.data;

import dev.pluglm.memory.TextLines;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * A table with the columns' names in its first line. Between columns stand tabs, and then a quote is just a quote; or
 * commas, and then fields may stand in quotes (RFC 4180). The STS Benchmark, which comes without names, is recognised.
 */
final class DelimitedRows implements RowReader {

    private static final List<String> STS = List.of("genre", "file", "year", "id", "score", "sentence1", "sentence2");
    private static final List<String> STS_SOURCES = List.of("source1", "source2");

    private final Path file;
    private final Records records;
    private final List<String> names;
    private final int fewest;

    private DelimitedRows(Path file, Records records, List<String> names, int fewest) {
        this.file = file;
        this.records = records;
        this.names = names;
        this.fewest = fewest;
    }

    /** The fields of a file, record by record. */
    interface Records extends AutoCloseable {

        Optional<List<String>> next();

        /** The first line of the record that was read last. */
        long line();

        @Override
        void close();
    }

    static DelimitedRows open(Path file, TextLines lines, String first, Predicate<List<String>> known,
            String expected) {
        List<String> tabbed = tabbed(first);
        if (known.test(tabbed) && tabbed.size() > 1) {
            return new DelimitedRows(file, new TabbedRecords(lines), distinct(file, tabbed), tabbed.size());
        }
        if (isSts(tabbed) && known.test(STS)) {
            List<String> names = java.util.stream.Stream.concat(STS.stream(), STS_SOURCES.stream()).toList();
            return new DelimitedRows(file, new TabbedRecords(lines, first), names, STS.size());
        }
        CommaRecords records = new CommaRecords(file, lines, first);
        List<String> names = records.next().orElse(List.of()).stream().map(String::strip).toList();
        if (!known.test(names)) {
            throw Problem.of("%s: the columns are %s; expected %s", file,
                    Shown.of(String.join(", ", tabbed.size() > 1 ? tabbed : names)), expected);
        }
        return new DelimitedRows(file, records, distinct(file, names), names.size());
    }

    private static List<String> distinct(Path file, List<String> names) {
        names.stream().filter(name -> names.indexOf(name) != names.lastIndexOf(name)).findFirst().ifPresent(twice -> {
            throw Problem.of("%s: two columns are called '%s'; rename one", file, Shown.of(twice));
        });
        return names;
    }

    private static boolean isSts(List<String> fields) {
        return fields.size() >= STS.size() && fields.size() <= STS.size() + STS_SOURCES.size()
                && fields.get(4).matches("\\d(\\.\\d+)?");
    }

    @Override
    public Optional<Row> next() {
        Optional<List<String>> record = records.next();
        if (record.isEmpty()) {
            return Optional.empty();
        }
        List<String> fields = record.get();
        Place place = Place.line(file, records.line());
        if (fields.size() < fewest || fields.size() > names.size()) {
            throw place.problem("%d columns; expected %d (%s)", fields.size(), fewest,
                    Shown.of(String.join(", ", names)));
        }
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            values.put(names.get(i), fields.get(i));
        }
        return Optional.of(new Row(values, place));
    }

    @Override
    public void close() {
        records.close();
    }

    private static List<String> tabbed(String line) {
        return Arrays.asList(line.split("\t", -1));
    }

    private static final class TabbedRecords implements Records {
        private final TextLines lines;
        private Optional<String> pending;

        TabbedRecords(TextLines lines) {
            this.lines = lines;
            this.pending = Optional.empty();
        }

        TabbedRecords(TextLines lines, String first) {
            this.lines = lines;
            this.pending = Optional.of(first);
        }

        @Override
        public Optional<List<String>> next() {
            Optional<String> line = pending.isPresent() ? pending : lines.next();
            pending = Optional.empty();
            while (line.isPresent() && line.get().isBlank()) {
                line = lines.next();
            }
            return line.map(DelimitedRows::tabbed);
        }

        @Override
        public long line() {
            return lines.lineNumber();
        }

        @Override
        public void close() {
            lines.close();
        }
    }
}
