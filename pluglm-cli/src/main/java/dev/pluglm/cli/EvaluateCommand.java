package dev.pluglm.cli;

import picocli.CommandLine.Command;

/** Everything that measures a model. */
@Command(name = "evaluate",
        header = "Measure what a model knows, finds and reads, with and without a memory.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {EvaluateMasked.class, EvaluateCloze.class, EvaluateEdits.class, EvaluatePassages.class})
final class EvaluateCommand extends Group {}
