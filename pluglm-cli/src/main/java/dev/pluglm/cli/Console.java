package dev.pluglm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a command prints: results to {@code out}, everything else to {@code err}.
 */
final class Console {
    /** Lines between two looks at whether anybody still reads. */
    private static final int CHECKED_LINES = 64;

    private static final ObjectMapper JSON = new ObjectMapper();
    /** DEL and the C1 controls: JSON allows them bare, some terminals obey them. */
    private static final Pattern BARE_CONTROLS = Pattern.compile("[\\x7f-\\x9f\\u2028\\u2029]");

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;
    private final boolean quiet;
    private int lines;

    Console(PrintWriter out, PrintWriter err, OutputOptions options) {
        this.out = out;
        this.err = err;
        json = options.json;
        quiet = options.quiet;
    }

    /** Whether results are asked for as JSON. */
    boolean isJson() {
        return json;
    }

    /** The options that make another process print like this one. */
    List<String> options() {
        return Stream.of(json ? "--json" : "", quiet ? "--quiet" : "").filter(it -> !it.isEmpty()).toList();
    }

    /** Prints one line of a result, which must be plain already but for what {@link Plain} would mend. */
    void line(String text) {
        write(mended(text));
    }

    /** Prints one object of a result, on one line. */
    void json(Map<String, ?> object) {
        try {
            write(BARE_CONTROLS.matcher(JSON.writeValueAsString(object))
                    .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result cannot be written as JSON", e);
        }
    }

    /** Fields of an object in this order: a name, its value, the next name and so on. */
    static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    /** Prints a result as JSON or as a line, whichever was asked for. */
    void result(Supplier<String> text, Supplier<Map<String, ?>> object) {
        if (json) {
            json(object.get());
        } else {
            line(text.get());
        }
    }

    /** Tells something that is no result. */
    void note(String text) {
        if (!quiet) {
            err.println(mended(text));
            err.flush();
        }
    }

    /** Shows how far a long task is; must be closed. */
    Progress progress(String task, String unit, OptionalLong total) {
        return Progress.start(task, unit, total, quiet, err);
    }

    /** Shows how far a long task is that goes through so many bytes; must be closed. */
    Progress progress(String task, long bytes) {
        return Progress.ofBytes(task, bytes, quiet, err);
    }

    /** A count with commas: {@code 1,240}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A count with its noun: {@code 1 passage}, {@code 1,240 passages}. */
    static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    private void write(String line) {
        out.println(line);
        if (++lines % CHECKED_LINES == 0 && out.checkError()) {
            throw new OutputClosed();
        }
    }

    /** Keeps the spaces that align a table. */
    private static String mended(String text) {
        return text.codePoints().anyMatch(Character::isISOControl) ? Plain.line(text) : text;
    }
}
