package dev.pluglm.memory;

import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Encodes passages with a model's memory encoder: {@code [CLS] title text [SEP]} becomes a key and a value (paper,
 * section 3; SPEC 1.2). Uses all processors; safe for use by several threads. Closes neither the tokenizer nor the
 * encoder.
 */
public final class TextEncoder implements PassageEncoder {

    /** Through layers: some seconds' work. */
    private static final int AT_ONCE_THROUGH_LAYERS = 256;

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

    @Override
    public int atOnce() {
        return encoder.readsContext() ? AT_ONCE_THROUGH_LAYERS : AT_ONCE;
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
        List<Encoded> encoded = new ArrayList<>(tokens.length);
        for (int from = 0; from < tokens.length; from += atOnce()) {
            int[][] some = Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + atOnce()));
            MemoryEncoder.Encoded made = encoder.encode(some);
            for (int i = 0; i < some.length; i++) {
                encoded.add(new Encoded(some[i], row(made.keys(), i, keySize()), row(made.values(), i, valueSize())));
            }
        }
        return encoded;
    }

    private static float[] row(float[] numbers, int row, int size) {
        return Arrays.copyOfRange(numbers, row * size, (row + 1) * size);
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
}
