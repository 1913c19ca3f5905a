package dev.pluglm.cli;

import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

@Command(name = "create",
        header = "Make a memory from files.",
        customSynopsis = "pluglm memory create DIR --model MODEL --from FILE... [OPTIONS]",
        description = {"", "Texts longer than --passage-tokens are split at the ends of sentences; their parts get the"
                + " ids ID#1, ID#2 and so on."},
        footer = {"", "Example:", "  pluglm memory create facts --model bert --from facts.jsonl"})
final class MemoryCreate extends MemoryEditing {
    @Mixin
    private PassageOptions input;

    @Option(names = "--name", paramLabel = "NAME",
            description = "What evidence calls the memory; the directory's name if left out.")
    private String name;

    @Option(names = "--passage-tokens", paramLabel = "N", defaultValue = "64",
            description = "The longest passage, in tokens (default: 64).")
    private int passageTokens;

    @Override
    int run(Console console) {
        PassageInput.check(input);
        AtomicReference<Edit> made = new AtomicReference<>();
        String called = name(name, directory);
        try (OpenModel model = openModel()) {
            PassageInput passages = new PassageInput(input, model, passageTokens);
            MemoryStore.create(directory, called, model.encoder(), store -> made.set(passages.add(store, console)));
        }
        printMade(console, called, directory, made.get());
        return Cli.OK;
    }

    static void printMade(Console console, String name, Path directory, Edit edit) {
        console.result(
                () -> "made the memory '%s' in %s with %s".formatted(
                        name, directory, Console.count(edit.passages(), "passage")),
                () -> json(edit));
    }

    static String name(String given, Path directory) {
        if (given != null) {
            return given;
        }
        Path last = directory.toAbsolutePath().normalize().getFileName();
        return last == null ? "memory" : last.toString();
    }
}
