package dev.pluglm.cli;

import dev.pluglm.checkpoint.DType;
import dev.pluglm.corpus.job.Output;
import dev.pluglm.text.Tokenizer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

@Command(name = "tokens",
        header = "Cut a corpus into passages of token ids, as the published code reads them (.npy).",
        customSynopsis = "pluglm corpus tokens INPUT... --output FILE (--model MODEL | --vocab FILE) [OPTIONS]",
        description = {"", "Writes an array [passages, length]: each row is [CLS], a passage, [SEP] and zeros. A"
                + " passage is as many whole sentences of a document as fit."},
        footer = {"", "Example:",
            "  pluglm corpus tokens wiki.xml.bz2 --output tokenized_wiki.npy --vocab vocab.txt --length 288"})
final class CorpusTokens extends CorpusAction {
    /** The longest that is written, as in {@link Output.TokenArray}. */
    private static final int LONGEST = 65_535;
    private static final int SHORTEST = 8;

    /** How ids are stored. */
    enum Type {
        INT16(DType.I16),
        INT32(DType.I32);

        private final DType type;

        Type(DType type) {
            this.type = type;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true,
            description = "The .npy file to write; must not exist.")
    private Path output;

    @Mixin
    private VocabularyOptions vocabulary;

    @Option(names = "--length", paramLabel = "N", defaultValue = "64",
            description = "Tokens of a row, with [CLS] and [SEP] (default: 64).")
    private int length;

    @Option(names = "--type", paramLabel = "TYPE", defaultValue = "int16",
            description = "int16, for up to 32,768 tokens and the published code, or int32 (default: int16).")
    private Type type;

    @Option(names = "--titles", description = "Begin each passage with its document's title.")
    private boolean titles;

    @Override
    int run(Console console) {
        vocabulary.check();
        check(length);
        if (!output.toString().endsWith(".npy")) {
            throw new BadUsage("--output is %s; expected a name that ends in .npy".formatted(output));
        }
        try (Tokenizer tokenizer = vocabulary.open()) {
            return write(console, new Output.TokenArray(output, length, type.type, titles), Optional.of(tokenizer),
                    "passages", result -> "%s of %d tokens%s".formatted(
                            Console.count(result.written(), "passage"), length, from(result)));
        }
    }

    static void check(int length) {
        if (length < SHORTEST || length > LONGEST) {
            throw new BadUsage("--length is %d; expected %d to %d".formatted(length, SHORTEST, LONGEST));
        }
    }
}
