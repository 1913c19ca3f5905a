package dev.pluglm.cli;

import dev.pluglm.corpus.job.Output;
import dev.pluglm.text.Tokenizer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;

@Command(name = "passages",
        header = "Cut a corpus into passages for a memory, as JSON lines.",
        customSynopsis = "pluglm corpus passages INPUT... --output FILE (--model MODEL | --vocab FILE) [OPTIONS]",
        description = {"", "A passage is as many whole sentences of a document as fit. The parts of a document get the"
                + " ids ID#1, ID#2 and so on, and its title and source. pluglm memory create reads them as they are."},
        footer = {"", "Example:",
            "  pluglm corpus passages pubmed*.xml.gz --output pubmed.jsonl --model bert --length 64",
            "  pluglm memory create pubmed --model bert --from pubmed.jsonl"})
final class CorpusPassages extends CorpusAction {
    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true,
            description = "The file to write; must not exist. Packed if it ends in .gz.")
    private Path output;

    @Mixin
    private VocabularyOptions vocabulary;

    @Option(names = "--length", paramLabel = "N", defaultValue = "64",
            description = "The longest passage in tokens, with its title, [CLS] and [SEP] (default: 64).")
    private int length;

    @Override
    int run(Console console) {
        vocabulary.check();
        CorpusTokens.check(length);
        try (Tokenizer tokenizer = vocabulary.open()) {
            return write(console, new Output.PassageLines(output, length), Optional.of(tokenizer), "passages",
                    result -> Console.count(result.written(), "passage") + from(result));
        }
    }
}
