package dev.pluglm.cli;

import dev.pluglm.Filled;
import dev.pluglm.PlugLM;
import dev.pluglm.tensor.Precision;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

@Command(name = "fill",
        header = "Fill the masks of a text, and show the passages that were looked up for it.",
        footer = {"", "Example:",
            "  pluglm fill --model bert --memory facts \"The capital of France is [MASK].\""})
final class FillAction extends Action {
    private static final int MOST = 1000;

    @Parameters(index = "0", paramLabel = "TEXT", description = "With one [MASK] or more.")
    private String text;

    @Option(names = {"-m", "--model"}, paramLabel = "MODEL", required = true, description = "The model directory.")
    private Path model;

    @Option(names = "--memory", paramLabel = "DIR", description = "A memory to plug in; may be given several times.")
    private List<Path> memories = List.of();

    @Option(names = "--without", paramLabel = "ID",
            description = "Fill once more with this passage hidden, and show the difference; may be given several times.")
    private List<String> without = List.of();

    @Option(names = "-k", paramLabel = "N", defaultValue = "5", description = "How many tokens to show (default: 5).")
    private int best;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "fp32", converter = ToPrecision.class,
            description = "fp32 or bf16 (default: fp32).")
    private Precision precision;

    @Mixin
    private ModelOptions options;

    @Override
    int run(Console console) {
        if (best < 1 || best > MOST) {
            throw new BadUsage("-k is %d; expected 1 to %d".formatted(best, MOST));
        }
        options.start();
        try (PlugLM plugged = PlugLM.load(model, options.device, precision)
                .plug(memories.toArray(Path[]::new))) {
            Filled filled = plugged.fill(text, best);
            if (without.isEmpty()) {
                FilledText.print(console, filled);
            } else {
                FilledText.print(console, filled, plugged.fill(text, best, Set.copyOf(without)), without);
            }
        }
        return Cli.OK;
    }
}
