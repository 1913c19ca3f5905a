package dev.pluglm.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** A command that does something, as against one that only groups others. */
abstract class Action implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOptions output;

    @Override
    public final Integer call() {
        Console console = new Console(spec.commandLine().getOut(), spec.commandLine().getErr(), output);
        try {
            return run(console);
        } catch (BadUsage refused) {
            throw new ParameterException(spec.commandLine(), refused.getMessage(), refused);
        }
    }

    /**
     * Does the work and prints the result.
     *
     * @return the exit code
     */
    abstract int run(Console console);
}
