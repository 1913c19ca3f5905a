package dev.pluglm.cli;

import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;

import java.util.OptionalLong;

@Command(name = "reencode",
        header = "Encode all passages anew, so that a memory fits another model.",
        customSynopsis = "pluglm memory reencode DIR --model MODEL [OPTIONS]")
final class MemoryReencode extends MemoryEditing {
    @Override
    int run(Console console) {
        try (OpenModel model = openModel(); MemoryStore store = MemoryStore.openForWriting(directory)) {
            Edit edit;
            try (Progress progress = console.progress("encoding", "passages",
                    OptionalLong.of(store.stats().passages()))) {
                edit = store.reencode(model.encoder(), progress::to);
            }
            print(console, edit, "encoded %s anew for %s".formatted(
                    Console.count(edit.added(), "passage"), modelPath));
        }
        return Cli.OK;
    }
}
