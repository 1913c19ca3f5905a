package dev.pluglm.pretraining;

import dev.pluglm.checkpoint.TokenDocuments;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageReader;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.PassageSplitter;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The passages that a model is trained to look into, as they lie on disk: tokenised ({@code .npy}), or as texts.
 *
 * @param file where they are
 * @param tokenizer of the model
 * @param passageTokens the longest passage that is cut from a text
 * @param longest the longest passage that the model encodes, in tokens
 */
record Passages(Path file, Tokenizer tokenizer, int passageTokens, int longest) {

    /** What their memory is called: the file's name up to its first dot. */
    String name() {
        String name = file.getFileName().toString();
        int dot = name.indexOf('.', 1);
        return dot < 0 ? name : name.substring(0, dot);
    }

    /** The token ids of all passages, with special tokens, unpadded. */
    int[][] tokens() {
        if (!TokenDocuments.isNamed(file)) {
            try (Stream<Passage> passages = texts()) {
                return passages.map(it -> tokenizer.encodePassage(it.title(), it.text(), passageTokens))
                        .toArray(int[][]::new);
            }
        }
        try (TokenDocuments documents = TokenDocuments.open(file)) {
            int[][] tokens = new int[documents.size()][];
            for (int row = 0; row < tokens.length; row++) {
                tokens[row] = checked(documents.tokens(row), row);
            }
            return tokens;
        }
    }

    private int[] checked(int[] tokens, int row) {
        if (tokens.length > longest) {
            throw Problem.of("%s, row %d: has %d tokens; this model encodes at most %d", file, row, tokens.length,
                    longest);
        }
        int vocabulary = tokenizer.vocabulary().size();
        for (int token : tokens) {
            if (token >= vocabulary) {
                throw Problem.of("%s, row %d: the token id %d is not in the model's vocabulary of %d tokens", file,
                        row, token, vocabulary);
            }
        }
        return tokens;
    }

    private Stream<Passage> texts() {
        return new PassageReader(new PassageSplitter(tokenizer, passageTokens)).read(List.of(file));
    }

    /** Fills a new memory with the passages, as an encoder sees them. */
    void store(MemoryStore store, TextEncoder encoder, LongConsumer progress) {
        if (TokenDocuments.isNamed(file)) {
            try (TokenDocuments documents = TokenDocuments.open(file)) {
                store.addEntries(documents.encoded(encoder, tokenizer), progress);
            }
        } else {
            try (Stream<Passage> passages = texts()) {
                store.add(passages.iterator(), progress);
            }
        }
    }
}
