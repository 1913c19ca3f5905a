package dev.pluglm.cli;

import dev.pluglm.memory.Edit;

import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A command about one memory. */
abstract class MemoryAction extends Action {
    @Parameters(index = "0", paramLabel = "DIR", description = "The memory's directory.")
    Path directory;

    /** The edit as an object, as the log prints it too. */
    static Map<String, Object> json(Edit edit) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("edit", edit.number());
        object.put("time", edit.time().toString());
        object.put("operation", edit.operation().toString());
        object.put("added", edit.added());
        object.put("removed", edit.removed());
        object.put("passages", edit.passages());
        edit.undone().ifPresent(number -> object.put("undone", number));
        return object;
    }

    /** Says what an edit did, such as {@code added 120 passages (edit 3); the memory holds 1,240}. */
    static void print(Console console, Edit edit, String did) {
        console.result(
                () -> "%s (edit %d); the memory holds %s".formatted(did, edit.number(), Console.count(edit.passages())),
                () -> json(edit));
    }
}
