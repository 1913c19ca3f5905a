package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.tensor.Precision;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;

/** What every measurement of a model takes. */
final class EvaluationOptions {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The model directory.")
    Path model;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "For what is drawn (default: 42).")
    long seed;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "32",
            description = "Texts at once; makes no difference to the results (default: 32).")
    int batchSize;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "fp32", converter = ToPrecision.class,
            description = "fp32 or bf16 (default: fp32).")
    Precision precision;

    @Option(names = "--output", paramLabel = "FILE", description = "Write the report here as JSON, too.")
    Path output;

    @Mixin
    private ModelOptions options;

    /** Checks the numbers and opens the model. */
    PlugLM open() {
        between("--batch-size", batchSize, 1, 4096);
        options.start();
        return PlugLM.load(model, options.device, precision);
    }

    static void between(String option, long number, long least, long most) {
        if (number < least || number > most) {
            throw new BadUsage("%s is %d; expected %d to %d".formatted(option, number, least, most));
        }
    }
}
