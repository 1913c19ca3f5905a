package dev.pluglm.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows printed in aligned columns as they come. The first rows decide how wide the columns are, so that a table of any
 * length takes little memory; what is wider later is still printed whole.
 */
final class Table implements AutoCloseable {
    private static final int DECIDING = 200;
    private static final String BETWEEN = "  ";

    /** A column: what stands above it, and whether it is pushed to the right, as numbers are. */
    record Column(String header, boolean right) {
        static Column text(String header) {
            return new Column(header, false);
        }

        static Column number(String header) {
            return new Column(header, true);
        }
    }

    private final Console console;
    private final List<Column> columns;
    private final List<List<String>> waiting = new ArrayList<>();
    private int[] widths = {};

    Table(Console console, Column... columns) {
        this.console = console;
        this.columns = List.of(columns);
    }

    /** Adds a row of one cell a column; cells may hold anything. */
    void row(String... cells) {
        List<String> row = Arrays.stream(cells).map(Plain::line).toList();
        if (widths.length > 0) {
            print(row);
            return;
        }
        waiting.add(row);
        if (waiting.size() == DECIDING) {
            begin();
        }
    }

    private void begin() {
        List<String> headers = columns.stream().map(Column::header).toList();
        waiting.addFirst(headers);
        widths = IntStream.range(0, columns.size())
                .map(i -> waiting.stream().mapToInt(row -> width(row.get(i))).max().orElse(0))
                .toArray();
        waiting.forEach(this::print);
        waiting.clear();
    }

    private void print(List<String> row) {
        console.line(IntStream.range(0, row.size())
                .mapToObj(i -> padded(row.get(i), i))
                .collect(Collectors.joining(BETWEEN))
                .stripTrailing());
    }

    private String padded(String cell, int column) {
        String spaces = " ".repeat(Math.max(0, widths[column] - width(cell)));
        return columns.get(column).right() ? spaces + cell : cell + spaces;
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    /** Prints what is left; nothing where there were no rows at all. */
    @Override
    public void close() {
        if (!waiting.isEmpty()) {
            begin();
        }
    }
}
