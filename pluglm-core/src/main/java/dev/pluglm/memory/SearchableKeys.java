package dev.pluglm.memory;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Keys of an {@link ArrayMemory}, laid out for the exact search. Never changed once made. */
sealed interface SearchableKeys {

    int rows();

    int keySize();

    /** Copies the key of a row to {@code to[at]} and on. */
    void get(int row, float[] to, int at);

    /** Offers every visible row to the best ones of every query, see {@link KeyTiles#scan}. */
    void scan(float[] queries, int count, IntPredicate visible, BestRows best);

    /** Lays out keys, as exact as they are. */
    static SearchableKeys of(Vectors keys) {
        return switch (keys) {
            case Vectors.Halves halves -> new Fp16Keys(tiles(halves));
            case Vectors.Singles singles -> new Fp32Keys(singles);
        };
    }

    private static KeyTiles tiles(Vectors keys) {
        KeyTiles tiles = new KeyTiles(keys.rows(), keys.size());
        float[] key = new float[keys.size()];
        for (int row = 0; row < keys.rows(); row++) {
            keys.copy(row, key, 0);
            tiles.set(row, key, 0);
        }
        return tiles;
    }

    /** Keys in fp16, as a memory on disk searches them. */
    record Fp16Keys(KeyTiles tiles) implements SearchableKeys {
        @Override
        public int rows() {
            return tiles.rows();
        }

        @Override
        public int keySize() {
            return tiles.keySize();
        }

        @Override
        public void get(int row, float[] to, int at) {
            tiles.get(row, to, at);
        }

        @Override
        public void scan(float[] queries, int count, IntPredicate visible, BestRows best) {
            tiles.scan(queries, count, 0, visible, best);
        }
    }

    /**
     * Keys in fp32, for those who ask for exactly their numbers. They lie row by row, as they were given, and are
     * turned a tile at a time while they are searched: that costs about as much as one query more.
     */
    record Fp32Keys(Vectors.Singles keys) implements SearchableKeys {
        private static final int TILE = 256;

        @Override
        public int rows() {
            return keys.rows();
        }

        @Override
        public int keySize() {
            return keys.size();
        }

        @Override
        public void get(int row, float[] to, int at) {
            keys.copy(row, to, at);
        }

        @Override
        public void scan(float[] queries, int count, IntPredicate visible, BestRows best) {
            float[][] sums = new float[count][TILE];
            float[] line = new float[TILE];
            for (int base = 0; base < rows(); base += TILE) {
                int filled = Math.min(TILE, rows() - base);
                for (float[] sum : sums) {
                    Arrays.fill(sum, 0f);
                }
                for (int d = 0; d < keySize(); d++) {
                    gather(base * keySize() + d, filled, line);
                    for (int q = 0; q < count; q++) {
                        add(line, queries[q * keySize() + d], sums[q]);
                    }
                }
                for (int q = 0; q < count; q++) {
                    offer(q, base, filled, sums[q], visible, best);
                }
            }
        }

        private void gather(int from, int filled, float[] line) {
            float[] numbers = keys.numbers();
            for (int j = 0; j < filled; j++) {
                line[j] = numbers[from + j * keySize()];
            }
        }

        /** Sums grow in the order of the dimensions, as in {@link KeyTiles#product}, so products come out the same. */
        private static void add(float[] line, float factor, float[] sums) {
            for (int j = 0; j < TILE; j++) {
                sums[j] = Math.fma(factor, line[j], sums[j]);
            }
        }

        private static void offer(int query, int base, int filled, float[] sums, IntPredicate visible, BestRows best) {
            for (int j = 0; j < filled; j++) {
                if (best.admits(query, sums[j]) && visible.test(base + j)) {
                    best.offer(query, base + j, sums[j]);
                }
            }
        }
    }
}
