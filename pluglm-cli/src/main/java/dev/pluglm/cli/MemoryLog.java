package dev.pluglm.cli;

import dev.pluglm.cli.Table.Column;
import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;

@Command(name = "log",
        header = "Show the edits of a memory, oldest first.",
        description = {"", "It tells how many passages an edit added and removed, never which."})
final class MemoryLog extends MemoryAction {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    @Override
    int run(Console console) {
        List<Edit> edits;
        try (MemoryStore store = MemoryStore.openForReading(directory)) {
            edits = store.log();
        }
        if (console.isJson()) {
            edits.forEach(edit -> console.json(json(edit)));
            return Cli.OK;
        }
        try (Table table = new Table(console, Column.number("edit"), Column.text("time"), Column.text("operation"),
                Column.number("added"), Column.number("removed"), Column.number("passages"))) {
            for (Edit edit : edits) {
                String operation = edit.operation() + (edit.undone().isPresent()
                        ? " of " + edit.undone().getAsLong() : "");
                table.row(String.valueOf(edit.number()), TIME.format(edit.time().atZone(ZoneId.systemDefault())),
                        operation, Console.count(edit.added()), Console.count(edit.removed()),
                        Console.count(edit.passages()));
            }
        }
        return Cli.OK;
    }
}
