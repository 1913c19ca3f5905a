package dev.pluglm.cli;

import dev.pluglm.checkpoint.ModelAverage;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;

@Command(name = "average",
        header = "Average the weights of two models.",
        description = {"", "TARGET is (1 - SHARE) of ONE and SHARE of OTHER. Where OTHER was trained on from ONE, or both from"
                + " the same start, that often does better than either: it keeps what the one knew and much of what the other"
                + " learned. Both must have the same configuration and vocabulary.",
            "", "Memories fit TARGET if they fit both."},
        footer = {"", "Example:", "  pluglm model average first/model second/model average --share 0.5"})
final class ModelAverageAction extends Action {
    @Parameters(index = "0", paramLabel = "ONE", description = "A model directory.")
    private Path one;

    @Parameters(index = "1", paramLabel = "OTHER", description = "Another one.")
    private Path other;

    @Parameters(index = "2", paramLabel = "TARGET", description = "The model directory to make; must not exist.")
    private Path target;

    @Option(names = "--share", paramLabel = "SHARE", defaultValue = "0.5",
            description = "How much OTHER counts, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double share;

    @Override
    int run(Console console) {
        if (!(share >= 0 && share <= 1)) {
            throw new BadUsage("--share is " + share + "; expected 0 to 1");
        }
        ModelAverage.write(one, other, share, target);
        if (console.isJson()) {
            console.json(Console.fields("model", target.toString(), "of", new String[] {one.toString(), other.toString()},
                    "share", share));
            return Cli.OK;
        }
        console.line("averaged %s and %s (%s of it) to %s".formatted(one, other, share, target));
        return Cli.OK;
    }
}
