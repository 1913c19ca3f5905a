package dev.pluglm.cli;

import picocli.CommandLine.Command;

/** Everything about models on disk. */
@Command(name = "model",
        header = "Import, export, describe and check models.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ModelImportAction.class, ModelExportAction.class, ModelInfo.class, ModelParity.class})
final class ModelCommand extends Group {}
