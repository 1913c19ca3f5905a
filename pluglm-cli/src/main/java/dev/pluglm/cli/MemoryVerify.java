package dev.pluglm.cli;

import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;


@Command(name = "verify",
        header = "Read everything in a memory and check it.",
        description = {"", "Checksums of all files, each passage with its tokens, key and value, and ids that come"
                + " twice. Exits with 1 if anything is damaged."})
final class MemoryVerify extends MemoryAction {
    @Override
    int run(Console console) {
        int sound;
        try (MemoryStore store = MemoryStore.openForReading(directory)) {
            sound = store.verify();
        }
        console.result(
                () -> "all is well: %s, every one of them read".formatted(Console.count(sound, "passage")),
                () -> Console.fields("passages", sound, "sound", true));
        return Cli.OK;
    }
}
