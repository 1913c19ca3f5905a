package dev.pluglm.memory;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A memory in the process's own memory, searched exactly: for live pre-training, whose keys are replaced at each
 * refresh, and for comparisons. Rows are never removed. Keys are kept in fp16, as on disk.
 */
public final class ArrayMemory implements PassageMemory {
    private final String name;
    private final Optional<String> encoder;
    private final Contents contents;
    private volatile KeyTiles keys;

    /**
     * What belongs to the rows beside the keys.
     *
     * @param values values, or none
     * @param tokens token ids of a row, unpadded
     * @param passages the passage of a row
     */
    public record Contents(Optional<FloatRows> values, IntFunction<int[]> tokens, IntFunction<Passage> passages) {

        /** Values alone; tokens are empty, passages are named by their row and have no text. */
        public static Contents of(FloatRows values) {
            return new Contents(Optional.of(values), row -> new int[0], Contents::unnamed);
        }

        /** Tokens alone, for live keys and values. */
        public static Contents ofTokens(IntFunction<int[]> tokens) {
            return new Contents(Optional.empty(), tokens, Contents::unnamed);
        }

        private static Passage unnamed(int row) {
            return Passage.of(Integer.toString(row), "");
        }
    }

    /**
     * A memory of these keys.
     *
     * @param encoder fingerprint of the encoder that made keys and values, where it is known
     */
    public ArrayMemory(String name, Optional<String> encoder, FloatRows keys, Contents contents) {
        contents.values().ifPresent(values -> {
            if (values.rows() != keys.rows()) {
                throw new IllegalArgumentException(
                        "values (" + values.rows() + " rows) do not match keys (" + keys.rows() + " rows)");
            }
        });
        this.name = name;
        this.encoder = encoder;
        this.contents = contents;
        this.keys = tiles(keys);
    }

    private static KeyTiles tiles(FloatRows rows) {
        KeyTiles tiles = new KeyTiles(rows.rows(), rows.width());
        float[] key = new float[rows.width()];
        for (int row = 0; row < rows.rows(); row++) {
            rows.get(row, key, 0);
            tiles.set(row, key, 0);
        }
        return tiles;
    }

    /** Gives all rows other keys, as many and as long as before; views that are open keep the old ones. */
    public void replaceKeys(FloatRows fresh) {
        if (fresh.rows() != keys.rows() || fresh.width() != keys.keySize()) {
            throw new IllegalArgumentException("keys of " + fresh.rows() + " x " + fresh.width() + ", expected "
                    + keys.rows() + " x " + keys.keySize());
        }
        keys = tiles(fresh);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PassageView view() {
        return new View(name, encoder, keys, contents, Set.of());
    }

    @Override
    public void close() {
        // Holds nothing but arrays, and mapped files that belong to whoever mapped them.
    }

    private record View(String name, Optional<String> encoderFingerprint, KeyTiles tiles, Contents contents,
            Set<Integer> hidden) implements PassageView {

        @Override
        public int size() {
            return tiles.rows() - hidden.size();
        }

        @Override
        public int rowLimit() {
            return tiles.rows();
        }

        @Override
        public int keySize() {
            return tiles.keySize();
        }

        @Override
        public int valueSize() {
            return contents.values().map(FloatRows::width).orElse(0);
        }

        @Override
        public Hits search(float[] queries, int count, int k) {
            BestRows.check(queries, count, k, this);
            if (size() == 0) {
                return Hits.none(count, k);
            }
            BestRows best = new BestRows(count, k, size());
            tiles.scan(queries, count, 0, row -> hidden.isEmpty() || !hidden.contains(row), best);
            return best.hits();
        }

        @Override
        public float[] keys(int[] rows) {
            float[] keys = new float[rows.length * keySize()];
            for (int i = 0; i < rows.length; i++) {
                tiles.get(present(rows[i]), keys, i * keySize());
            }
            return keys;
        }

        @Override
        public float[] values(int[] rows) {
            float[] values = new float[rows.length * valueSize()];
            for (int i = 0; i < rows.length; i++) {
                int row = present(rows[i]);
                int at = i * valueSize();
                contents.values().ifPresent(stored -> stored.get(row, values, at));
            }
            return values;
        }

        @Override
        public int[][] tokens(int[] rows) {
            int[][] tokens = new int[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                tokens[i] = contents.tokens().apply(present(rows[i]));
            }
            return tokens;
        }

        @Override
        public Passage passage(int row) {
            return contents.passages().apply(present(row));
        }

        private int present(int row) {
            if (row < 0 || row >= tiles.rows()) {
                throw new IllegalArgumentException(
                        "row " + row + " holds no passage (rows end at " + tiles.rows() + ")");
            }
            return row;
        }

        @Override
        public String memory(int row) {
            return name;
        }

        @Override
        public PassageView without(Set<String> ids) {
            Set<Integer> more = new HashSet<>(hidden);
            for (int row = 0; row < tiles.rows(); row++) {
                if (ids.contains(passage(row).id())) {
                    more.add(row);
                }
            }
            return new View(name, encoderFingerprint, tiles, contents, Set.copyOf(more));
        }

        @Override
        public void close() {
            // Holds nothing but arrays.
        }
    }
}
