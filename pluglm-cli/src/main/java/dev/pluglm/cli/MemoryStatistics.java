package dev.pluglm.cli;

import dev.pluglm.memory.MemoryStats;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

@Command(name = "stats", header = "Show what a memory amounts to.")
final class MemoryStatistics extends MemoryAction {
    @Override
    int run(Console console) {
        MemoryStats stats;
        try (MemoryStore store = MemoryStore.openForReading(directory)) {
            stats = store.stats();
        }
        if (console.isJson()) {
            console.json(json(stats));
            return Cli.OK;
        }
        line(console, "name", stats.name());
        line(console, "passages", Console.count(stats.passages()));
        line(console, "removed, still on disk", Console.count(stats.removedButKept()));
        line(console, "edits that can be undone", Console.count(stats.undoable()));
        line(console, "size on disk", size(stats.bytes()));
        line(console, "search", stats.approximate() ? "approximate, by a graph" : "exact");
        line(console, "key size", String.valueOf(stats.shape().keySize()));
        line(console, "value size", stats.shape().valueSize() == 0 ? "none kept"
                : String.valueOf(stats.shape().valueSize()));
        line(console, "encoder", stats.shape().encoder().orElse("unknown"));
        line(console, "index segments", String.valueOf(stats.segments()));
        return Cli.OK;
    }

    private static void line(Console console, String what, String value) {
        console.line("%-26s%s".formatted(what, Plain.line(value)));
    }

    private static Map<String, Object> json(MemoryStats stats) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", stats.name());
        object.put("passages", stats.passages());
        object.put("removed_but_kept", stats.removedButKept());
        object.put("undoable", stats.undoable());
        object.put("bytes", stats.bytes());
        object.put("approximate", stats.approximate());
        object.put("key_size", stats.shape().keySize());
        object.put("value_size", stats.shape().valueSize());
        stats.shape().encoder().ifPresent(encoder -> object.put("encoder", encoder));
        object.put("segments", stats.segments());
        return object;
    }

    /** Such as {@code 3.4 MB}. */
    static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        double size = bytes;
        String[] units = {"kB", "MB", "GB", "TB"};
        int unit = -1;
        while (size >= 1000 && unit + 1 < units.length) {
            size /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
    }
}
