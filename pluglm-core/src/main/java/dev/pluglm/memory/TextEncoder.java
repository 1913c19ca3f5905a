package dev.pluglm.memory;

import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Encodes passages with a model's memory encoder: {@code [CLS] title text [SEP]} becomes a key and a value (paper,
 * section 3; SPEC 1.2). Uses all processors; safe for use by several threads. Closes neither the tokenizer nor the
 * encoder.
 */
public final class TextEncoder implements PassageEncoder {

    /** Tokens in a batch, padding included: enough to keep the processors busy, little enough to stay in memory. */
    private static final int TOKENS_AT_ONCE = 1 << 14;

    private final Tokenizer tokenizer;
    private final MemoryEncoder encoder;
    private final String fingerprint;

    /**
     * @param tokenizer over the model's vocabulary
     * @param encoder the model's memory encoder; its weights must not change any more
     */
    public TextEncoder(Tokenizer tokenizer, MemoryEncoder encoder) {
        this.tokenizer = tokenizer;
        this.encoder = encoder;
        fingerprint = encoder.fingerprint();
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public int keySize() {
        return encoder.keySize();
    }

    @Override
    public int valueSize() {
        return encoder.valueSize();
    }

    /** The longest passage that is encoded whole, in tokens; what is more is left out at its end. */
    public int longestPassage() {
        return encoder.longestPassage();
    }

    @Override
    public List<Encoded> encode(List<Passage> passages) {
        int[][] tokens = passages.parallelStream().map(this::tokens).toArray(int[][]::new);
        return encodeTokens(tokens);
    }

    private int[] tokens(Passage passage) {
        return tokenizer.encodePassage(passage.title(), passage.text(), encoder.longestPassage());
    }

    /**
     * Encodes passages whose tokens are known.
     *
     * @param tokens token ids with special tokens, unpadded
     * @throws Problem if one is empty, longer than {@link #longestPassage}, or has an id that is not in the vocabulary
     */
    public List<Encoded> encodeTokens(int[][] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            check(tokens[i], i);
        }
        Integer[] byLength = IntStream.range(0, tokens.length).boxed().toArray(Integer[]::new);
        Arrays.sort(byLength, Comparator.comparingInt(i -> tokens[i].length));
        Encoded[] encoded = new Encoded[tokens.length];
        int from = 0;
        while (from < byLength.length) {
            int to = batchEnd(from, byLength.length, i -> tokens[byLength[i]]);
            encode(tokens, Arrays.copyOfRange(byLength, from, to), encoded);
            from = to;
        }
        return List.of(encoded);
    }

    private void check(int[] tokens, int number) {
        if (tokens.length == 0 || tokens.length > encoder.longestPassage()) {
            throw Problem.of("passage %d of the batch has %d tokens; this model encodes 1 to %d", number + 1,
                    tokens.length, encoder.longestPassage());
        }
        int vocabulary = tokenizer.vocabulary().size();
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw Problem.of("passage %d of the batch has the token id %d; this model's vocabulary has %d tokens",
                        number + 1, token, vocabulary);
            }
        }
    }

    /** As many passages as fit; they are sorted, so that the last is the longest. */
    private static int batchEnd(int from, int count, IntFunction<int[]> sorted) {
        int to = from + 1;
        while (to < count && (long) (to + 1 - from) * sorted.apply(to).length <= TOKENS_AT_ONCE) {
            to++;
        }
        return to;
    }

    private void encode(int[][] tokens, Integer[] batch, Encoded[] encoded) {
        MemoryEncoder.Encoded made = encoder.encode(Arrays.stream(batch).map(i -> tokens[i]).toArray(int[][]::new));
        int key = encoder.keySize();
        int value = encoder.valueSize();
        for (int row = 0; row < batch.length; row++) {
            encoded[batch[row]] = new Encoded(
                    tokens[batch[row]],
                    Arrays.copyOfRange(made.keys(), row * key, (row + 1) * key),
                    Arrays.copyOfRange(made.values(), row * value, (row + 1) * value));
        }
    }
}
