package dev.pluglm.cli;

import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.List;

@Command(name = "remove",
        header = "Remove passages from a memory.",
        customSynopsis = "pluglm memory remove DIR (ID... | --source SOURCE) [OPTIONS]",
        description = {"", "They are never found again unless this is undone; 'pluglm memory purge' takes their text"
                + " off the disk too."},
        footer = {"", "Examples:", "  pluglm memory remove facts canberra sydney",
            "  pluglm memory remove facts --source old.txt"})
final class MemoryRemove extends MemoryAction {
    @Parameters(index = "1..*", paramLabel = "ID", description = "Ids of the passages; if one is not there, none goes.")
    private List<String> ids = List.of();

    @Option(names = "--source", paramLabel = "SOURCE", description = "Remove all passages of this source instead.")
    private String source;

    @Override
    int run(Console console) {
        if (ids.isEmpty() == (source == null)) {
            throw new BadUsage("say which passages to remove: either their ids, or --source SOURCE");
        }
        try (MemoryStore store = MemoryStore.openForWriting(directory)) {
            Edit edit = source == null ? store.remove(ids) : store.removeBySource(source);
            print(console, edit, "removed " + Console.count(edit.removed(), "passage"));
        }
        return Cli.OK;
    }
}
