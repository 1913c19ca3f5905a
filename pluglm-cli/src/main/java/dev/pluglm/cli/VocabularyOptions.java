package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Vocabulary;

import picocli.CommandLine.Option;

import java.nio.file.Path;

/** Whose word pieces texts are cut into. */
final class VocabularyOptions {
    @Option(names = {"-m", "--model"}, paramLabel = "MODEL", description = "The model whose vocabulary is used.")
    private Path model;

    @Option(names = {"--vocab", "--vocab-file"}, paramLabel = "FILE",
            description = "A vocabulary, one token a line, instead of a model's.")
    private Path vocabulary;

    /** Refuses options that contradict each other, before anything is read. */
    void check() {
        if ((model == null) == (vocabulary == null)) {
            throw new BadUsage("say whose vocabulary to use: either --model MODEL or --vocab FILE");
        }
    }

    Tokenizer open() {
        return Tokenizer.of(model == null ? Vocabulary.read(vocabulary) : Checkpoint.readVocabulary(model));
    }
}
