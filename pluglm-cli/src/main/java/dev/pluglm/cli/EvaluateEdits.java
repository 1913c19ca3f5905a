package dev.pluglm.cli;

import picocli.CommandLine.Command;

@Command(name = "edits", header = "To come.")
final class EvaluateEdits extends Action {
    @Override
    int run(Console console) {
        return Cli.OK;
    }
}
