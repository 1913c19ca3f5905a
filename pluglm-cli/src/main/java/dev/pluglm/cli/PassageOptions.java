package dev.pluglm.cli;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;

/** Where the passages of an edit come from. */
final class PassageOptions {
    @Option(names = "--from", paramLabel = "FILE", arity = "1..*", parameterConsumer = FileNames.class,
            description = "Files of passages: JSON lines with \"text\" and, if you like, \"id\", \"title\","
                    + " \"source\" and anything else; plain text, a passage from each paragraph; or tokenised"
                    + " passages (.npy). The first two may be packed (.gz, .bz2, .zst).")
    List<Path> files = List.of();

    @Option(names = "--text", paramLabel = "TEXT", description = "One passage, given here instead of in a file.")
    String text;

    @Option(names = "--id", paramLabel = "ID", description = "The id of the passage given with --text.")
    String id;

    @Option(names = "--title", paramLabel = "TITLE", description = "The title of the passage given with --text.")
    String title;

    @Option(names = "--source", paramLabel = "SOURCE", description = "The source of the passage given with --text.")
    String source;
}
