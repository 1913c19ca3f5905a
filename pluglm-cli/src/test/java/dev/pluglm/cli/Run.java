package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one command line printed, and its exit code. */
record Run(int code, String out, String err) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Run of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int code = Cli.run(words, new PrintWriter(out), new PrintWriter(err));
        return new Run(code, out.toString(), err.toString());
    }

    /** The same command line as a process of its own, which adds what it prints to a file. */
    static Process start(Path out, Object... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        String cache = System.getProperty("org.bytedeco.javacpp.cachedir");
        if (cache != null) {
            line.add("-Dorg.bytedeco.javacpp.cachedir=" + cache);
        }
        line.add(Main.class.getName());
        Arrays.stream(arguments).map(Object::toString).forEach(line::add);
        return new ProcessBuilder(line).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile())).start();
    }

    /** The output of a command that must succeed. */
    static String ok(Object... arguments) {
        Run run = of(arguments);
        assertEquals(0, run.code, run::toString);
        assertEquals("", run.err);
        return run.out;
    }

    /** The objects that a command that must succeed prints with {@code --json}. */
    static List<JsonNode> json(Object... arguments) {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--json";
        return ok(all).lines().map(Run::parse).toList();
    }

    /** The one line that a command that must fail prints, and nothing else. */
    static String failure(int code, Object... arguments) {
        Run run = of(arguments);
        assertEquals(code, run.code, run::toString);
        assertEquals("", run.out);
        List<String> lines = run.err.lines().toList();
        assertEquals(code == Cli.USAGE ? 2 : 1, lines.size(), run::toString);
        return lines.getFirst();
    }

    /** One line of JSON. */
    static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
