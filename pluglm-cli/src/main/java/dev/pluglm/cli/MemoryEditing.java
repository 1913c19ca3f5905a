package dev.pluglm.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/** A command that encodes passages for a memory. */
abstract class MemoryEditing extends MemoryAction {
    @Option(names = {"-m", "--model"}, required = true, paramLabel = "MODEL",
            description = "The model that the memory is for; it encodes the passages.")
    Path modelPath;

    @Mixin
    ModelOptions modelOptions;

    OpenModel openModel() {
        return OpenModel.open(modelPath, modelOptions);
    }
}
