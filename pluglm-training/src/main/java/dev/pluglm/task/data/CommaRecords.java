package dev.pluglm.task.data;

import dev.pluglm.memory.TextLines;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Records with commas and quotes, which may go over several lines. */
final class CommaRecords implements DelimitedRows.Records {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(false).get();

    private final Path file;
    private final Lines lines;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private final long skipped;
    private long line;

    /** @param first the line that was read last */
    CommaRecords(Path file, TextLines source, String first) {
        this.file = file;
        this.lines = new Lines(source, first);
        this.skipped = source.lineNumber() - 1;
        try {
            parser = CSVParser.builder().setReader(lines).setFormat(FORMAT).get();
        } catch (IOException e) {
            throw new Problem("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
        }
        records = parser.iterator();
    }

    @Override
    public Optional<List<String>> next() {
        try {
            while (true) {
                line = skipped + parser.getCurrentLineNumber() + 1;
                lines.startRecord();
                if (!records.hasNext()) {
                    return Optional.empty();
                }
                List<String> fields = records.next().toList();
                if (fields.size() > 1 || fields.size() == 1 && !fields.getFirst().isBlank()) {
                    return Optional.of(fields);
                }
            }
        } catch (UncheckedIOException e) {
            String reason = String.valueOf(e.getCause().getMessage()).lines().findFirst().orElse("")
                    .replaceFirst(" at line: .*", "").replaceFirst("^\\(startline \\d+\\) ", "");
            throw new Problem(("%s: not CSV (%s); put fields with commas, quotes or line ends in quotes, and double "
                    + "the quotes inside").formatted(Place.line(file, line), Shown.of(reason)), e);
        }
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public void close() {
        lines.close();
    }

    /** Lines as characters, one line at a time: so the parser never runs into a damaged one ahead of time. */
    private final class Lines extends Reader {
        private final TextLines source;
        private String current;
        private int at;
        private long ofRecord;

        Lines(TextLines source, String first) {
            this.source = source;
            this.current = first + "\n";
        }

        void startRecord() {
            ofRecord = 0;
        }

        @Override
        public int read(char[] into, int offset, int length) {
            if (at == current.length()) {
                Optional<String> next = source.next();
                if (next.isEmpty()) {
                    return -1;
                }
                current = next.get() + "\n";
                at = 0;
            }
            int some = Math.min(length, current.length() - at);
            current.getChars(at, at + some, into, offset);
            at += some;
            ofRecord += some;
            if (ofRecord > Json.LONGEST_ENTRY) {
                throw Place.line(file, line).problem("a record longer than %d characters; is there a quote left open?",
                        Json.LONGEST_ENTRY);
            }
            return some;
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
