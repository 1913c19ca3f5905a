package dev.pluglm.cli;

import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "add",
        header = "Add passages to a memory.",
        customSynopsis = "pluglm memory add DIR --model MODEL (--from FILE... | --id ID --text TEXT) [OPTIONS]",
        footer = {"", "Examples:",
            "  pluglm memory add facts --model bert --from more.jsonl",
            "  pluglm memory add facts --model bert --id canberra --text \"Canberra is the capital of Australia.\""})
final class MemoryAdd extends MemoryEditing {
    @Mixin
    private PassageOptions input;

    @Option(names = "--passage-tokens", paramLabel = "N", defaultValue = "64",
            description = "Longer texts in files are split at the ends of sentences (default: 64).")
    private int passageTokens;

    @Override
    int run(Console console) {
        PassageInput.check(input);
        try (OpenModel model = openModel();
                MemoryStore store = MemoryStore.openForWriting(directory, model.encoder())) {
            Edit edit = new PassageInput(input, model, passageTokens).add(store, console);
            print(console, edit, "added " + Console.count(edit.added(), "passage"));
        }
        return Cli.OK;
    }
}
