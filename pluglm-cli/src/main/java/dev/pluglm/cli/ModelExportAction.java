package dev.pluglm.cli;

import dev.pluglm.checkpoint.Adapter;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.ModelExport;
import dev.pluglm.checkpoint.ModelImport;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;

@Command(name = "export",
        header = "Write a model under the published names, for use from Python, or as an adapter.",
        description = {"", "TARGET gets model.safetensors (every tensor under all of its published names), config.json"
                + " with model_args, and vocab.txt. Keys and values of a memory: pluglm memory export.",
            "", "With --adapter it gets only what training changed of the BERT that the model was imported from, in fp16:"
                + " pluglm model import makes the model again from that and the BERT."})
final class ModelExportAction extends Action {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The model directory.")
    private Path source;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The directory to make; must not exist.")
    private Path target;

    @Option(names = "--adapter", description = "Only what differs from the base.")
    private boolean adapter;

    @Option(names = "--base", paramLabel = "BERT", defaultValue = ModelImport.BERT_BASE_UNCASED,
            description = "The base of an adapter: bert-base-uncased (default), or a directory.")
    private String base;

    @Override
    int run(Console console) {
        if (adapter) {
            return adapter(console);
        }
        try (Checkpoint model = Checkpoint.read(source)) {
            ModelExport.write(model, target);
        }
        console.result(() -> "exported %s to %s".formatted(source, target),
                () -> Console.fields("model", source.toString(), "exported", target.toString()));
        return Cli.OK;
    }

    private int adapter(Console console) {
        try (Checkpoint model = Checkpoint.read(source);
                Checkpoint before = BertBase.read(base, draft -> draft.become(model.model().config()), console)) {
            long bytes = Adapter.write(model, before, base, target);
            console.result(() -> "exported what %s has more than %s to %s (%.1f MB)".formatted(source, base, target,
                            bytes / 1e6),
                    () -> Console.fields("model", source.toString(), "exported", target.toString(), "bytes", bytes));
        }
        return Cli.OK;
    }
}
