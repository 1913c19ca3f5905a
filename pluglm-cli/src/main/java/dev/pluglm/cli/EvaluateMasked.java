package dev.pluglm.cli;

import picocli.CommandLine.Command;

@Command(name = "masked", header = "To come.")
final class EvaluateMasked extends Action {
    @Override
    int run(Console console) {
        return Cli.OK;
    }
}
