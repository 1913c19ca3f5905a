package dev.pluglm.cli;

import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;

@Command(name = "undo",
        header = "Undo the last edit that is not undone yet.",
        description = {"", "Again and again goes back further; 'pluglm memory log' shows the edits."})
final class MemoryUndo extends MemoryAction {
    @Override
    int run(Console console) {
        try (MemoryStore store = MemoryStore.openForWriting(directory)) {
            Edit edit = store.undo();
            print(console, edit, edit.undone().isPresent() ? "undid edit " + edit.undone().getAsLong() : "undone");
        }
        return Cli.OK;
    }
}
