package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.ModelExport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Map;

@Command(name = "export",
        header = "Write a model under the published names, for use from Python.",
        description = {"", "TARGET gets model.safetensors (every tensor under all of its published names), config.json"
                + " with model_args, and vocab.txt. Keys and values of a memory: pluglm memory export."})
final class ModelExportAction extends Action {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The model directory.")
    private Path source;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The directory to make; must not exist.")
    private Path target;

    @Override
    int run(Console console) {
        try (Checkpoint model = Checkpoint.read(source)) {
            ModelExport.write(model, target);
        }
        console.result(() -> "exported %s to %s".formatted(source, target),
                () -> Map.of("model", source.toString(), "exported", target.toString()));
        return Cli.OK;
    }
}
