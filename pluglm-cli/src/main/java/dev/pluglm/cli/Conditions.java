package dev.pluglm.cli;

import dev.pluglm.PlugLM;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** With which memories a model is measured: always with none, and with what the command line names. */
final class Conditions {
    static final String OFF = "off";
    static final String MEMORY = "memory";
    static final String WRONG = "wrong";

    @Option(names = "--memory", paramLabel = "DIR",
            description = "A memory that has what is asked for; several are plugged in together.")
    List<Path> memories = List.of();

    @Option(names = "--wrong-memory", paramLabel = "DIR",
            description = "A memory that has not: how much does it distract? Several are plugged in together.")
    List<Path> wrong = List.of();

    /** The memories by condition; none for the first, which is {@link #OFF}. */
    Map<String, List<Path>> all() {
        Map<String, List<Path>> all = new LinkedHashMap<>();
        all.put(OFF, List.of());
        if (!memories.isEmpty()) {
            all.put(MEMORY, memories);
        }
        if (!wrong.isEmpty()) {
            all.put(WRONG, wrong);
        }
        return all;
    }

    /** Such as {@code without memory}. */
    static String spoken(String condition) {
        return switch (condition) {
            case OFF -> "without memory";
            case WRONG -> "with wrong memory";
            default -> "with memory";
        };
    }

    /** Measures under each condition. */
    <T> Map<String, T> measure(PlugLM model, BiFunction<String, PlugLM, T> measuring) {
        // A memory that does not fit is refused before an hour has gone into the others.
        all().values().forEach(paths -> model.plug(paths.toArray(Path[]::new)));
        Map<String, T> measured = new LinkedHashMap<>();
        all().forEach((condition, paths) ->
                measured.put(condition, measuring.apply(condition, model.plug(paths.toArray(Path[]::new)))));
        return measured;
    }
}
