package dev.pluglm.cli;

import dev.pluglm.metric.Scores;
import dev.pluglm.task.TaskModel;
import dev.pluglm.tensor.Precision;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;

@Command(name = "predict",
        header = "Predict a file with a fine-tuned model, and show the passages that were looked up for it.",
        description = {"", "Prints one JSON object a line, in the order of FILE: its columns and the prediction."
                + " Files of any size will do. Memories may be others than the model was trained with."},
        footer = {"", "Examples:",
            "  pluglm predict --model run/model --memory facts --evidence 3 texts.jsonl > predictions.jsonl",
            "  pluglm predict --model run/model --memory other-facts --scores test.jsonl"})
final class PredictAction extends Action {
    @Parameters(index = "0", paramLabel = "FILE", description = "The examples; - for standard input.")
    private Path file;

    @Option(names = {"-m", "--model"}, paramLabel = "MODEL", required = true,
            description = "The model that pluglm finetune wrote.")
    private Path model;

    @Option(names = "--memory", paramLabel = "DIR", description = "A memory to plug in; may be given several times.")
    private List<Path> memories = List.of();

    @Option(names = "--evidence", paramLabel = "N", defaultValue = "0",
            description = "Passages to show with each prediction, those with the largest weight (default: 0).")
    private int evidence;

    @Option(names = "--threshold", paramLabel = "P",
            description = "Of a model that gives any number of labels: give one if its probability is at least this"
                    + " (default: as it was fine-tuned).")
    private Double threshold;

    @Option(names = "--scores", description = "FILE is labelled: print the model's scores on it instead.")
    private boolean scores;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "8",
            description = "Inputs computed at once; changes nothing but speed and memory (default: 8).")
    private int batchSize;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "fp32", converter = ToPrecision.class,
            description = "fp32 or bf16 (default: fp32).")
    private Precision precision;

    @Mixin
    private ModelOptions options;

    @Override
    int run(Console console) {
        if (batchSize < 1 || batchSize > 1 << 20) {
            throw new BadUsage("--batch-size is %d; expected 1 to %d".formatted(batchSize, 1 << 20));
        }
        if (evidence < 0 || evidence > 1000) {
            throw new BadUsage("--evidence is %d; expected 0 to 1000".formatted(evidence));
        }
        options.start();
        try (TaskModel opened = TaskModel.load(model, options.device, precision)
                .plug(memories.toArray(Path[]::new)); WholeInput input = WholeInput.of(file)) {
            if (threshold != null) {
                opened.threshold(threshold);
            }
            if (scores) {
                Scores found = opened.evaluate(input.file(), batchSize);
                console.result(found::toString, found::byName);
            } else {
                opened.predict(input.file(), new TaskModel.Options(batchSize, evidence), console::json);
            }
        }
        return Cli.OK;
    }
}
