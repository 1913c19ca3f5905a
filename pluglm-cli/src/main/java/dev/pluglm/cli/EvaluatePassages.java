package dev.pluglm.cli;

import picocli.CommandLine.Command;

@Command(name = "passages", header = "To come.")
final class EvaluatePassages extends Action {
    @Override
    int run(Console console) {
        return Cli.OK;
    }
}
