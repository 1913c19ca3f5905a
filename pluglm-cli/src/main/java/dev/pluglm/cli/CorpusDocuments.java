package dev.pluglm.cli;

import dev.pluglm.corpus.job.Output;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;

@Command(name = "documents",
        header = "Write the clean text of a corpus as JSON lines.",
        customSynopsis = "pluglm corpus documents INPUT... --output FILE [OPTIONS]",
        description = {"", "A line for each document, with id, title, text, source (the file's name) and whatever else"
                + " its format tells, such as year and journal."},
        footer = {"", "Example:",
            "  pluglm corpus documents enwiki-latest-pages-articles.xml.bz2 --output wiki.jsonl.gz"})
final class CorpusDocuments extends CorpusAction {
    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true,
            description = "The file to write; must not exist. Packed if it ends in .gz or .zst.")
    private Path output;

    @Override
    int run(Console console) {
        return write(console, new Output.DocumentLines(output), Optional.empty(), "documents",
                result -> Console.count(result.written(), "document"));
    }
}
