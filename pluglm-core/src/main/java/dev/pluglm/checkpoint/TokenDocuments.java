package dev.pluglm.checkpoint;

import dev.pluglm.memory.Entry;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Vocabulary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Tokenised passages as the published code keeps them (SPEC 2, {@code tokenized_*.npy}): an array of token ids, {@code
 * [passages, length]}, each row padded with 0 at its end. The file is mapped; close it.
 */
public final class TokenDocuments implements AutoCloseable {
    private static final String SUFFIX = ".npy";
    /** Far above any model's positions. */
    private static final int LONGEST_ROW = 1 << 16;

    private final Path path;
    private final Npy file;
    private final int size;
    private final int length;

    private TokenDocuments(Path path, Npy file) {
        this.path = path;
        this.file = file;
        long[] shape = file.tensor().shape();
        if (shape.length != 2 || file.tensor().type().isFloating() || file.tensor().type() == DType.BOOL) {
            throw Problem.of("%s: holds %s; expected token ids, whole numbers of the shape [passages, length]", path,
                    file.tensor());
        }
        if (shape[0] < 0 || shape[0] > Integer.MAX_VALUE || shape[1] < 1 || shape[1] > LONGEST_ROW) {
            throw Problem.of("%s: has the shape %s; expected 0 to %d passages of 1 to %d tokens", path,
                    Arrays.toString(shape), Integer.MAX_VALUE, LONGEST_ROW);
        }
        size = (int) shape[0];
        length = (int) shape[1];
    }

    /** Whether a file is taken for one of these, by its name. */
    public static boolean isNamed(Path path) {
        return path.toString().endsWith(SUFFIX);
    }

    /** @throws Problem if the file is missing, damaged, or does not hold token ids */
    public static TokenDocuments open(Path path) {
        Npy file = Npy.open(path);
        try {
            return new TokenDocuments(path, file);
        } catch (RuntimeException refused) {
            file.close();
            throw refused;
        }
    }

    /** How many passages there are. */
    public int size() {
        return size;
    }

    /**
     * The token ids of a passage, without its padding.
     *
     * @throws Problem if there are none, or one is negative or too large for any vocabulary
     */
    public int[] tokens(int row) {
        StoredTensor all = file.tensor();
        long bytes = (long) length * all.type().size();
        long[] ids = new StoredTensor(all.type(), new long[] {length}, all.data().asSlice(row * bytes, bytes)).longs();
        int end = length;
        while (end > 0 && ids[end - 1] == 0) {
            end--;
        }
        if (end == 0) {
            throw Problem.of("%s, row %d: holds no tokens, only padding", path, row);
        }
        int[] tokens = new int[end];
        for (int i = 0; i < end; i++) {
            if (ids[i] < 0 || ids[i] > Integer.MAX_VALUE) {
                throw Problem.of("%s, row %d, column %d: %d is no token id", path, row, i, ids[i]);
            }
            tokens[i] = (int) ids[i];
        }
        return tokens;
    }

    /** What a passage is called where nothing else names it: the file's name and the row, counted from 0. */
    String id(int row) {
        String name = path.getFileName().toString();
        return (name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name) + "-" + row;
    }

    /** The text that tokens stand for: lower case and without accents, as that is all they tell. */
    String text(int row, int[] tokens, Tokenizer tokenizer) {
        check(row, tokens, tokenizer.vocabulary());
        return tokenizer.decode(tokens);
    }

    private void check(int row, int[] tokens, Vocabulary vocabulary) {
        for (int token : tokens) {
            if (token >= vocabulary.size()) {
                throw Problem.of("%s, row %d: the token id %d is not in the model's vocabulary of %d tokens", path, row,
                        token, vocabulary.size());
            }
        }
    }

    /**
     * Encodes all passages as they are asked for. Their texts are made from the tokens, their ids are the file's name
     * and the row, such as {@code tokenized_wiki-0}.
     */
    public Iterator<Entry> encoded(TextEncoder encoder, Tokenizer tokenizer) {
        return new Iterator<>() {
            private int next;
            private Iterator<Entry> batch = List.<Entry>of().iterator();

            @Override
            public boolean hasNext() {
                return batch.hasNext() || next < size;
            }

            @Override
            public Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("no more passages");
                }
                if (!batch.hasNext()) {
                    int end = Math.min(size, next + encoder.atOnce());
                    batch = encode(next, end, encoder, tokenizer).iterator();
                    next = end;
                }
                return batch.next();
            }
        };
    }

    private List<Entry> encode(int from, int to, TextEncoder encoder, Tokenizer tokenizer) {
        int[][] tokens = new int[to - from][];
        for (int row = from; row < to; row++) {
            tokens[row - from] = tokens(row);
            check(row, tokens[row - from], tokenizer.vocabulary());
            if (tokens[row - from].length > encoder.longestPassage()) {
                throw Problem.of("%s, row %d: has %d tokens; this model encodes at most %d", path, row,
                        tokens[row - from].length, encoder.longestPassage());
            }
        }
        List<Encoded> encoded = encoder.encodeTokens(tokens);
        List<Entry> entries = new ArrayList<>(to - from);
        for (int row = from; row < to; row++) {
            entries.add(new Entry(
                    new Passage(id(row), tokenizer.decode(tokens[row - from]), Optional.empty(),
                            Optional.of(path.getFileName().toString()), Map.of()),
                    encoded.get(row - from)));
        }
        return entries;
    }

    @Override
    public void close() {
        file.close();
    }
}
