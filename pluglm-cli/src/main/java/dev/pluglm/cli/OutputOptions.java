package dev.pluglm.cli;

import picocli.CommandLine.Option;

/** Options of every command. */
final class OutputOptions {
    @Option(names = "--json", description = "Print JSON, one object a line, instead of text.")
    boolean json;

    @Option(names = {"-q", "--quiet"}, description = "Show no progress.")
    boolean quiet;

    @Option(names = "--stacktrace", hidden = true, description = "Show where in the program an error came from.")
    boolean stackTrace;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    boolean help;
}
