package dev.pluglm.cli;

import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;

@Command(name = "purge",
        header = "Take everything that was removed off the disk.",
        description = {"", "Drops the kept history: nothing before can be undone then."})
final class MemoryPurge extends MemoryAction {
    @Override
    int run(Console console) {
        try (MemoryStore store = MemoryStore.openForWriting(directory)) {
            Edit edit = store.purge();
            print(console, edit, "purged: what was removed is gone from the disk, and nothing can be undone");
        }
        return Cli.OK;
    }
}
