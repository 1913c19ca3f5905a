package dev.pluglm.evaluation;

import dev.pluglm.memory.TextLines;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The words that an answer is sought among, so that models with other vocabularies can be compared (LAMA; SPEC 5.5).
 *
 * <p>A word goes the way of any text through the model's tokenizer. So a list for cased models, as LAMA's is, keeps its
 * names with an uncased model, which knows them in lower case only; the published code loses them there.
 */
public final class CommonVocabulary {
    private final int[] ids;
    private final long words;
    private final long split;

    private CommonVocabulary(int[] ids, long words, long split) {
        this.ids = ids;
        this.words = words;
        this.split = split;
    }

    /**
     * Reads a list, one word a line, compressed by gzip or not.
     *
     * @throws Problem if there is no such file, or none of its words is a single token of the model
     */
    public static CommonVocabulary read(Path file, Tokenizer tokenizer) {
        IntStream.Builder ids = IntStream.builder();
        long words = 0;
        long split = 0;
        try (TextLines lines = TextLines.open(file)) {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                String word = line.get().strip();
                if (!word.isEmpty()) {
                    OptionalInt id = Questions.piece(tokenizer, word);
                    id.ifPresent(ids::add);
                    words++;
                    split += id.isPresent() ? 0 : 1;
                }
            }
        }
        int[] all = ids.build().sorted().distinct().toArray();
        if (all.length == 0) {
            throw Problem.of("%s: none of its %d words is a single token of this model; expected one word a line", file,
                    words);
        }
        return new CommonVocabulary(all, words, split);
    }

    /** How many words the list has. */
    public long words() {
        return words;
    }

    /** How many of them are no single token of the model, and so are no answers. */
    public long split() {
        return split;
    }

    /** How many tokens an answer is sought among. */
    public int size() {
        return ids.length;
    }

    boolean has(int id) {
        return Arrays.binarySearch(ids, id) >= 0;
    }

    /** The token at a place. */
    int id(int place) {
        return ids[place];
    }

    /** Where tokens of this vocabulary stand in it. */
    int[] places(int[] tokens) {
        return Arrays.stream(tokens).map(token -> Arrays.binarySearch(ids, token)).toArray();
    }

    /** What is left of {@code [vocabulary]} logits, in the order of the ids. */
    float[] of(float[] logits) {
        float[] own = new float[ids.length];
        for (int i = 0; i < own.length; i++) {
            own[i] = logits[ids[i]];
        }
        return own;
    }
}
