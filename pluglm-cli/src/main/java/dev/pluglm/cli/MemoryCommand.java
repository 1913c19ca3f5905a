package dev.pluglm.cli;

import picocli.CommandLine.Command;

/** Everything about memories on disk. */
@Command(name = "memory",
        header = "Make, change and look into memories.",
        description = {"", "A memory is a directory of text passages that models look things up in. Each edit is one"
                + " step that can be undone; models plug it in with --memory DIR."},
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            MemoryCreate.class, MemoryAdd.class, MemoryReplace.class, MemoryRemove.class, MemoryUndo.class,
            MemoryLog.class, MemoryPurge.class, MemoryList.class, MemorySearch.class, MemoryStatistics.class,
            MemoryVerify.class, MemoryReencode.class, MemoryImport.class, MemoryExport.class
        })
final class MemoryCommand extends Group {}
