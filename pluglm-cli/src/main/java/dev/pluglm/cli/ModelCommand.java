package dev.pluglm.cli;

import picocli.CommandLine.Command;

/** Everything about models on disk. */
@Command(name = "model",
        header = "Import, export, compress, average, describe and check models.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ModelImportAction.class, ModelExportAction.class, ModelCompress.class,
            ModelAverageAction.class, ModelInfo.class, ModelParity.class})
final class ModelCommand extends Group {}
