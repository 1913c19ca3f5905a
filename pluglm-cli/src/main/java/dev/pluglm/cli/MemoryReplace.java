package dev.pluglm.cli;

import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "replace",
        header = "Replace passages by others with the same ids.",
        customSynopsis = "pluglm memory replace DIR --model MODEL (--from FILE... | --id ID --text TEXT) [OPTIONS]",
        description = {"", "Nothing of the old passages is kept, so title, source and other fields are to be given"
                + " again. Texts are not split here."},
        footer = {"", "Example:",
            "  pluglm memory replace facts --model bert --id canberra --text \"Canberra lies in Australia.\""})
final class MemoryReplace extends MemoryEditing {
    @Mixin
    private PassageOptions input;

    @Override
    int run(Console console) {
        PassageInput.check(input);
        try (OpenModel model = openModel();
                MemoryStore store = MemoryStore.openForWriting(directory, model.encoder())) {
            Edit edit = new PassageInput(input, model, model.encoder().longestPassage()).replace(store, console);
            print(console, edit, "replaced " + Console.count(edit.added(), "passage"));
        }
        return Cli.OK;
    }
}
