package dev.pluglm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.memory.Entry;
import dev.pluglm.memory.MemoryShape;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.memory.PassageReader;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A memory as arrays, as the published code keeps it (SPEC 2): keys, values and tokenised passages, where row i of each
 * is the same passage; beside them, where we wrote it, the texts and what the memory is. The files are mapped; close
 * them. {@link MemoryArraysWriter} writes one.
 */
public final class MemoryArrays implements AutoCloseable {
    public static final String KEYS = "keys.npy";
    public static final String VALUES = "values.npy";
    public static final String DOCUMENTS = "documents.npy";
    public static final String TEXTS = "texts.jsonl";
    public static final String ABOUT = "memory.json";

    /** Passages that are encoded to see whose keys they are. */
    private static final int TRIED = 8;
    /** Relative to the vector's length; fp16 keeps about 0.0005. */
    private static final double TOLERANCE = 0.01;

    /**
     * Where the parts are.
     *
     * @param values may be absent only where {@code about} says that the memory keeps none
     * @param texts one passage a line
     * @param about name and encoder
     */
    public record Parts(Path keys, Optional<Path> values, Path documents, Optional<Path> texts, Optional<Path> about) {}

    private final Parts parts;
    private final Npy keys;
    private final Optional<Npy> values;
    private final TokenDocuments documents;
    private final Optional<ObjectNode> about;
    private Optional<Stream<Passage>> texts = Optional.empty();

    private MemoryArrays(
            Parts parts, Npy keys, Optional<Npy> values, TokenDocuments documents, Optional<ObjectNode> about) {
        this.parts = parts;
        this.keys = keys;
        this.values = values;
        this.documents = documents;
        this.about = about;
    }

    /** @throws Problem if a file is missing or damaged, or they do not fit each other */
    public static MemoryArrays open(Parts parts) {
        Optional<ObjectNode> about = parts.about().map(ConfigJson::readObject);
        if (!Files.exists(parts.keys())) {
            throw Problem.of("%s: no such file; expected the keys of a memory", parts.keys());
        }
        if (parts.values().isEmpty() && about.map(it -> it.path("value_size").asInt(-1)).orElse(-1) != 0) {
            throw Problem.of("%s: no such file; expected the values that go with %s",
                    parts.keys().resolveSibling(VALUES), parts.keys());
        }
        TokenDocuments documents = TokenDocuments.open(parts.documents());
        Optional<Npy> keys = Optional.empty();
        Optional<Npy> values = Optional.empty();
        try {
            keys = Optional.of(vectors(parts.keys(), "keys", parts.documents(), documents.size()));
            values = parts.values().map(path -> vectors(path, "values", parts.documents(), documents.size()));
            return new MemoryArrays(parts, keys.get(), values, documents, about);
        } catch (RuntimeException refused) {
            documents.close();
            keys.ifPresent(Npy::close);
            values.ifPresent(Npy::close);
            throw refused;
        }
    }

    private static Npy vectors(Path path, String what, Path documents, int rows) {
        Npy file = Npy.open(path);
        long[] shape = file.tensor().shape();
        boolean fits = shape.length == 2 && file.tensor().type().isFloating() && shape[1] > 0 && shape[1] <= 1 << 16;
        if (fits && shape[0] == rows) {
            return file;
        }
        file.close();
        throw fits
                ? Problem.of("%s: has %d rows, but %s has %d: the two do not belong together", path, shape[0],
                        documents, rows)
                : Problem.of("%s: holds %s; expected %s, floating numbers of the shape [%d, size]", path, file.tensor(),
                        what, rows);
    }

    /** How many passages there are. */
    public int size() {
        return documents.size();
    }

    /** What the memory was called. */
    public Optional<String> name() {
        return about.map(it -> it.path("name").asText("")).filter(name -> !name.isBlank());
    }

    /** Sizes, and the encoder where it is written down. */
    public MemoryShape shape() {
        return new MemoryShape(width(keys), values.map(MemoryArrays::width).orElse(0),
                about.map(it -> it.path("encoder").asText("")).filter(encoder -> !encoder.isEmpty()));
    }

    private static int width(Npy vectors) {
        return (int) vectors.tensor().shape()[1];
    }

    /**
     * Encodes some of the passages to see that the keys and values are an encoder's.
     *
     * @throws Problem if they are not
     */
    public void requireMadeWith(TextEncoder encoder) {
        int valueSize = values.map(MemoryArrays::width).orElse(0);
        if (width(keys) != encoder.keySize() || valueSize != encoder.valueSize()) {
            throw Problem.of("%s: keys of %d and values of %d floats; this model makes %d and %d", parts.keys(),
                    width(keys), valueSize, encoder.keySize(), encoder.valueSize());
        }
        int tried = Math.min(TRIED, size());
        for (int i = 0; i < tried; i++) {
            int row = (int) ((long) i * size() / tried);
            Encoded made = encoder.encodeTokens(new int[][] {documents.tokens(row)}).getFirst();
            requireSame(parts.keys(), row, row(keys, row), made.key());
            values.ifPresent(it -> requireSame(parts.values().orElseThrow(), row, row(it, row), made.value()));
        }
    }

    private static void requireSame(Path path, int row, float[] found, float[] made) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < made.length; i++) {
            difference += Math.pow(found[i] - made[i], 2);
            length += Math.pow(made[i], 2);
        }
        if (!(Math.sqrt(difference) <= TOLERANCE * Math.sqrt(length))) {
            throw Problem.of("%s, row %d: was not made by this model's encoder (%.0f%% off); name the model that made"
                    + " it, or leave the model out and encode the memory anew afterwards", path, row,
                    100 * Math.sqrt(difference / length));
        }
    }

    private static float[] row(Npy vectors, int row) {
        int width = width(vectors);
        return vectors.tensor().floats((long) row * width, width);
    }

    /**
     * All passages with their tokens, keys and values, read as they are asked for.
     *
     * @param tokenizer makes the texts from the tokens where there is no file of texts; without it they are empty
     */
    public Iterator<Entry> entries(Optional<Tokenizer> tokenizer) {
        closeTexts();
        texts = parts.texts().map(path -> PassageReader.whole(path));
        Optional<Iterator<Passage>> lines = texts.map(Stream::iterator);
        return IntStream.range(0, size()).mapToObj(row -> {
            int[] tokens = documents.tokens(row);
            Passage passage = lines.map(it -> line(it, row)).orElseGet(() -> new Passage(documents.id(row),
                    tokenizer.map(it -> documents.text(row, tokens, it)).orElse(""), Optional.empty(),
                    Optional.of(parts.documents().getFileName().toString()), Map.of()));
            return new Entry(passage, new Encoded(tokens, row(keys, row),
                    values.map(it -> row(it, row)).orElse(new float[0])));
        }).iterator();
    }

    private Passage line(Iterator<Passage> lines, int row) {
        try {
            Passage passage = lines.next();
            if (row == size() - 1 && lines.hasNext()) {
                throw Problem.of("%s: more passages than %s has rows (%d): the two do not belong together",
                        parts.texts().orElseThrow(), parts.documents(), size());
            }
            return passage;
        } catch (NoSuchElementException e) {
            throw new Problem("%s: %d passages, but %s has %d rows: the two do not belong together".formatted(
                    parts.texts().orElseThrow(), row, parts.documents(), size()), e);
        }
    }

    private void closeTexts() {
        texts.ifPresent(Stream::close);
        texts = Optional.empty();
    }

    @Override
    public void close() {
        closeTexts();
        documents.close();
        keys.close();
        values.ifPresent(Npy::close);
    }
}
