package dev.pluglm.cli;

import dev.pluglm.problem.Problem;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a command line and turns whatever happens into an exit code: 0 where all went well, 1 for a failure, 2 for bad
 * usage, 141 where the reader of the output went away.
 */
public final class Cli {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    /** What a shell reports for a program that a closed pipe ended. */
    static final int CLOSED = 141;

    private static final String STACKTRACE = "--stacktrace";

    private Cli() {}

    /**
     * Runs one command.
     *
     * @param arguments as typed, without the name of the program
     * @param out gets the results
     * @param err gets progress and errors
     * @return the exit code
     */
    public static int run(String[] arguments, PrintWriter out, PrintWriter err) {
        boolean stackTraces = List.of(arguments).contains(STACKTRACE);
        CommandLine line = new CommandLine(new Pluglm())
                .setOut(out)
                .setErr(err)
                .setUsageHelpWidth(100)
                .setUsageHelpAutoWidth(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((refused, _) -> usage(refused, err))
                .setExecutionExceptionHandler((failure, _, _) -> failed(failure, stackTraces, err));
        arrange(line);
        int code;
        try {
            code = line.execute(arguments);
        } catch (Error failure) {
            code = failed(failure, stackTraces, err);
        }
        err.flush();
        // Also flushes: what could not be written, nobody reads any more.
        return out.checkError() && code == OK ? CLOSED : code;
    }

    /** The same look for the help of every command: first what it takes, then its options as the source has them. */
    private static void arrange(CommandLine command) {
        command.getCommandSpec().usageMessage()
                .abbreviateSynopsis(true)
                .sortOptions(false)
                .synopsisHeading("%nUsage: ")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n");
        command.getSubcommands().values().forEach(Cli::arrange);
    }

    private static int usage(ParameterException refused, PrintWriter err) {
        CommandLine command = refused.getCommandLine();
        if (refused.getCause() instanceof Group.NothingToDo) {
            command.usage(err);
            return USAGE;
        }
        complain(refused.getMessage(), err);
        if (refused instanceof UnmatchedArgumentException unmatched) {
            unmatched.getSuggestions().stream().findFirst().ifPresent(it ->
                    err.println("        did you mean '" + Plain.line(it) + "'?"));
        }
        err.println("        see: " + command.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    private static int failed(Throwable failure, boolean stackTraces, PrintWriter err) {
        switch (failure) {
            case OutputClosed _ -> {
                return CLOSED;
            }
            case Problem problem -> complain(problem.getMessage(), err);
            case OutOfMemoryError _ -> complain(
                    ("out of memory (Java may use %d MB); give it more, for instance with PLUGLM_JAVA_OPTS=-Xmx8g, or "
                            + "work on less at once").formatted(Runtime.getRuntime().maxMemory() >> 20), err);
            default -> complain(unexpected(failure) + (stackTraces ? "" : "; " + kept(failure)), err);
        }
        if (stackTraces) {
            failure.printStackTrace(err);
        }
        return FAILURE;
    }

    private static String unexpected(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return "unexpected " + failure.getClass().getSimpleName() + ": " + message;
    }

    /** Keeps a stack trace for a report, and says where. */
    private static String kept(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace, true));
        try {
            Path file = Files.createTempFile("pluglm-error-", ".txt");
            Files.writeString(file, trace.toString());
            return "this is a fault of pluglm; please report it with " + file;
        } catch (IOException e) {
            return "this is a fault of pluglm; " + STACKTRACE + " shows where";
        }
    }

    private static void complain(String message, PrintWriter err) {
        err.println("pluglm: " + Plain.line(message));
    }
}
