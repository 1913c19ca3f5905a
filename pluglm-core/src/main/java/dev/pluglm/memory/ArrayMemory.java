package dev.pluglm.memory;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A memory held in arrays and searched exactly: for published {@code keys.npy} and {@code values.npy}, and for keys
 * that are refreshed while a model is trained. Inner products are summed in fp32 over the numbers as they were given,
 * fp16 or fp32 (see {@link Vectors}); equal ones rank by the lower row.
 *
 * <p>Rows are 0 to {@code size - 1}. Where passages are not given, a passage's id is its row number, and its text shows
 * its token ids. Safe for use by several threads.
 */
public final class ArrayMemory implements PassageMemory {
    private final String name;
    private volatile Optional<ArrayContents> contents;

    private ArrayMemory(ArrayContents contents) {
        name = contents.name();
        this.contents = Optional.of(contents);
    }

    /**
     * Begins a memory that consists of these keys, and of what the builder is given more.
     *
     * @param name what the memory is called in evidence; not blank
     */
    public static Builder builder(String name, Vectors keys) {
        return new Builder(name, keys);
    }

    /** A memory of keys alone in fp16 bits, {@code [rows, keySize]}. */
    public static ArrayMemory ofFp16(String name, int keySize, short[] keys) {
        return builder(name, Vectors.fp16(keys, keySize)).build();
    }

    /** A memory of keys alone in fp32, {@code [rows, keySize]}, kept exactly. */
    public static ArrayMemory ofFloats(String name, int keySize, float[] keys) {
        return builder(name, Vectors.fp32(keys, keySize)).build();
    }

    /** A memory of these entries, with keys and values rounded to fp16 as a memory on disk rounds them. */
    public static ArrayMemory ofEntries(String name, MemoryShape shape, List<Entry> entries) {
        float[] keys = new float[Math.multiplyExact(entries.size(), shape.keySize())];
        float[] values = new float[Math.multiplyExact(entries.size(), shape.valueSize())];
        int[][] tokens = new int[entries.size()][];
        for (int row = 0; row < tokens.length; row++) {
            PassageEncoder.Encoded encoded = entries.get(row).encoded();
            copy(encoded.key(), keys, row, shape.keySize(), "key");
            copy(encoded.value(), values, row, shape.valueSize(), "value");
            tokens[row] = encoded.tokens();
        }
        Builder builder = builder(name, Vectors.rounded(keys, shape.keySize())).tokens(tokens)
                .passages(entries.stream().map(Entry::passage).toList());
        if (shape.valueSize() > 0) {
            builder.values(Vectors.rounded(values, shape.valueSize()));
        }
        shape.encoder().ifPresent(builder::encoder);
        return builder.build();
    }

    private static void copy(float[] from, float[] to, int row, int size, String what) {
        if (from.length != size) {
            throw new IllegalArgumentException("entry " + row + " has a " + what + " of " + from.length
                    + " floats, expected " + size);
        }
        System.arraycopy(from, 0, to, row * size, size);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PassageView view() {
        return new ArrayView(present(), new BitSet());
    }

    /**
     * Gives every passage another key. The next {@link #view} searches the new keys; open views keep the old ones.
     * The memory no longer tells an encoder's fingerprint, for its values may come from another one.
     *
     * @throws dev.pluglm.problem.Problem if there are more or fewer keys than before, keys of another size, or numbers
     *     that are not finite; the memory then keeps the keys it has
     */
    public synchronized void replaceKeys(Vectors keys) {
        contents = Optional.of(present().with(keys));
    }

    private ArrayContents present() {
        return contents.orElseThrow(() -> new IllegalStateException("the memory " + name + " is closed"));
    }

    /** Lets go of the arrays. Open views go on until they are closed. */
    @Override
    public synchronized void close() {
        contents = Optional.empty();
    }

    /** What a memory in arrays is made of; arrays are used as they are, and must not be changed afterwards. */
    public static final class Builder {
        private final String name;
        private final Vectors keys;
        private Optional<Vectors> values = Optional.empty();
        private Optional<int[][]> tokens = Optional.empty();
        private Optional<List<Passage>> passages = Optional.empty();
        private Optional<String> encoder = Optional.empty();

        private Builder(String name, Vectors keys) {
            this.name = name;
            this.keys = keys;
        }

        /** One value for each key. */
        public Builder values(Vectors values) {
            this.values = Optional.of(values);
            return this;
        }

        /** The token ids of each passage, unpadded, with special tokens. */
        public Builder tokens(int[][] tokens) {
            this.tokens = Optional.of(tokens);
            return this;
        }

        /** The passage of each key; their ids are unique. */
        public Builder passages(List<Passage> passages) {
            this.passages = Optional.of(List.copyOf(passages));
            return this;
        }

        /** Fingerprint of the encoder that made keys and values. */
        public Builder encoder(String fingerprint) {
            this.encoder = Optional.of(fingerprint);
            return this;
        }

        /** @throws dev.pluglm.problem.Problem if counts differ, ids come twice, or a number is not finite */
        public ArrayMemory build() {
            return new ArrayMemory(ArrayContents.of(name, keys, values, tokens, passages, encoder));
        }
    }
}
