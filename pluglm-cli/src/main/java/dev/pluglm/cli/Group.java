package dev.pluglm.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only groups others: by itself it is bad usage. */
abstract class Group implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing", new NothingToDo());
    }

    /** The group was called without one of its commands: its help is what the user needs. */
    static final class NothingToDo extends RuntimeException {
        private NothingToDo() {
            super(null, null, false, false);
        }
    }
}
