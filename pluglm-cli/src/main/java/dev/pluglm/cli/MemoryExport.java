package dev.pluglm.cli;

import dev.pluglm.checkpoint.MemoryArraysWriter;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.StoreView;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.OptionalLong;

@Command(name = "export",
        header = "Write a memory as arrays, as the published PlugLM code keeps it.",
        description = {"", "Makes a folder with keys.npy and values.npy (fp16), documents.npy (token ids, padded with"
                + " 0), texts.jsonl (the passages) and memory.json (its name and encoder); row i of each is the same"
                + " passage. 'pluglm memory import' reads it back."})
final class MemoryExport extends MemoryAction {
    @Parameters(index = "1", paramLabel = "FOLDER", description = "The folder to make.")
    private Path folder;

    @Override
    int run(Console console) {
        int written;
        try (MemoryStore store = MemoryStore.openForReading(directory); StoreView view = store.view();
                Progress progress = console.progress("writing", "passages", OptionalLong.of(view.size()))) {
            written = view.size();
            MemoryArraysWriter.write(store.name(), view, folder, progress::to);
        }
        console.result(
                () -> "wrote %s to %s".formatted(Console.count(written, "passage"), folder),
                () -> Console.fields("passages", written, "folder", folder.toString()));
        return Cli.OK;
    }
}
