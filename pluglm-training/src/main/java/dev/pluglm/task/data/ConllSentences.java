package dev.pluglm.task.data;

import dev.pluglm.memory.TextLines;
import dev.pluglm.metric.TagScheme;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/** Sentences in CoNLL columns. */
final class ConllSentences implements ExampleReader.Source<TokenExample> {

    private static final Pattern TAB = Pattern.compile("\t");
    private static final Pattern SPACE = Pattern.compile("[ \t]+");
    private static final int MOST_WORDS = 100_000;

    private final Path file;
    private final TextLines lines;
    private Optional<String> line;
    private Optional<Pattern> separator = Optional.empty();
    private int columns;

    /** @param line the one that was read last */
    ConllSentences(Path file, TextLines lines, String line) {
        this.file = file;
        this.lines = lines;
        this.line = Optional.of(line);
    }

    @Override
    public Optional<TokenExample> next() {
        while (line.isPresent() && (isBetweenSentences(line.get()) || isComment(line.get()))) {
            line = lines.next();
        }
        if (line.isEmpty()) {
            return Optional.empty();
        }
        Place start = here();
        List<String[]> words = new ArrayList<>();
        while (line.isPresent() && !isBetweenSentences(line.get())) {
            if (words.size() == MOST_WORDS) {
                throw start.problem("a sentence of more than %d words; are the empty lines between sentences missing?",
                        MOST_WORDS);
            }
            words.add(fields(line.get()));
            line = lines.next();
        }
        return Optional.of(sentence(words, start));
    }

    private static boolean isBetweenSentences(String line) {
        return line.isBlank() || line.startsWith("-DOCSTART-");
    }

    /** In CoNLL columns # is a word like any other, so a comment must not look like one with a tag. */
    private static boolean isComment(String line) {
        return line.startsWith("# ") && !TagScheme.isTag(line.substring(Math.max(line.lastIndexOf(' '),
                line.lastIndexOf('\t')) + 1));
    }

    private String[] fields(String text) {
        if (separator.isEmpty()) {
            separator = Optional.of(text.contains("\t") ? TAB : SPACE);
            columns = split(text).length;
        }
        String[] fields = split(text);
        if (fields.length != columns || Arrays.stream(fields).anyMatch(String::isBlank)) {
            throw here().problem("%d columns%s; expected %d, as in the first line: a word%s",
                    fields.length, fields.length == columns ? ", one of them empty" : "", columns,
                    columns > 1 ? " first and its tag last" : "");
        }
        if (columns > 1 && !TagScheme.isTag(fields[columns - 1])) {
            throw TokenExamples.noTag(fields[columns - 1], here());
        }
        return fields;
    }

    private String[] split(String text) {
        return separator.filter(TAB::equals).map(tab -> tab.split(text, -1))
                .orElseGet(() -> SPACE.split(text.strip(), -1));
    }

    private TokenExample sentence(List<String[]> words, Place start) {
        SequencedMap<String, Object> between = new LinkedHashMap<>();
        for (int column = 1; column < columns - 1; column++) {
            between.put("column" + (column + 1), column(words, column));
        }
        Optional<List<String>> tags = columns < 2 ? Optional.empty()
                : Optional.of(TagScheme.toBio(column(words, columns - 1)));
        return new TokenExample(Optional.empty(), column(words, 0), tags, between, start);
    }

    private static List<String> column(List<String[]> words, int column) {
        return words.stream().map(fields -> fields[column]).toList();
    }

    private Place here() {
        return Place.line(file, lines.lineNumber());
    }

    @Override
    public void close() {
        lines.close();
    }
}
