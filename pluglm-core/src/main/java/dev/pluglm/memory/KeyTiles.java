package dev.pluglm.memory;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Keys in fp16, laid out for the exact search: tiles of {@value #ROWS} keys, each tile one line of {@value #ROWS}
 * numbers for every dimension. A query walks down the dimensions and adds to {@value #ROWS} sums at once, a loop that
 * the JVM turns into vector instructions by itself; and every sum is added up in the order of the dimensions, so the
 * same products come out whoever computes them ({@link #product}).
 *
 * <p>Filled by one thread, then read by any number.
 */
final class KeyTiles {
    private static final int ROWS = 256;
    private static final int LINES = 4;

    private final int rows;
    private final int keySize;
    private final short[][] tiles;

    KeyTiles(int rows, int keySize) {
        this.rows = rows;
        this.keySize = keySize;
        tiles = new short[Math.ceilDiv(rows, ROWS)][keySize * ROWS];
    }

    int rows() {
        return rows;
    }

    int keySize() {
        return keySize;
    }

    /** Sets a row to the key that starts at {@code from[at]}, rounded to fp16. */
    void set(int row, float[] from, int at) {
        short[] tile = tiles[row / ROWS];
        for (int d = 0; d < keySize; d++) {
            tile[d * ROWS + row % ROWS] = Float.floatToFloat16(from[at + d]);
        }
    }

    /** Copies the key of a row to {@code to[at]} and on. */
    void get(int row, float[] to, int at) {
        short[] tile = tiles[row / ROWS];
        for (int d = 0; d < keySize; d++) {
            to[at + d] = Float.float16ToFloat(tile[d * ROWS + row % ROWS]);
        }
    }

    /**
     * Offers every row to the best ones of every query.
     *
     * @param queries {@code [count, keySize]}
     * @param firstRow added to row numbers
     * @param visible which rows of these tiles may be found
     */
    void scan(float[] queries, int count, int firstRow, IntPredicate visible, BestRows best) {
        float[][] sums = new float[count][ROWS];
        float[][] lines = new float[LINES][ROWS];
        for (int t = 0; t < tiles.length; t++) {
            short[] tile = tiles[t];
            for (float[] sum : sums) {
                Arrays.fill(sum, 0f);
            }
            int d = 0;
            for (; d + LINES <= keySize; d += LINES) {
                for (int i = 0; i < LINES; i++) {
                    decode(tile, (d + i) * ROWS, lines[i]);
                }
                for (int q = 0; q < count; q++) {
                    add(lines, queries, q * keySize + d, sums[q]);
                }
            }
            for (; d < keySize; d++) {
                decode(tile, d * ROWS, lines[0]);
                for (int q = 0; q < count; q++) {
                    add(lines[0], queries[q * keySize + d], sums[q]);
                }
            }
            int base = t * ROWS;
            int filled = Math.min(ROWS, rows - base);
            for (int q = 0; q < count; q++) {
                float[] sum = sums[q];
                for (int j = 0; j < filled; j++) {
                    if (best.admits(q, sum[j]) && visible.test(base + j)) {
                        best.offer(q, firstRow + base + j, sum[j]);
                    }
                }
            }
        }
    }

    private static void decode(short[] tile, int from, float[] line) {
        for (int j = 0; j < ROWS; j++) {
            line[j] = Float.float16ToFloat(tile[from + j]);
        }
    }

    /** Four lines in a go, which saves loads and stores; each sum is still added up in the order of the lines. */
    private static void add(float[][] lines, float[] queries, int at, float[] sums) {
        float[] a = lines[0];
        float[] b = lines[1];
        float[] c = lines[2];
        float[] d = lines[3];
        float fa = queries[at];
        float fb = queries[at + 1];
        float fc = queries[at + 2];
        float fd = queries[at + 3];
        for (int j = 0; j < ROWS; j++) {
            sums[j] = Math.fma(fd, d[j], Math.fma(fc, c[j], Math.fma(fb, b[j], Math.fma(fa, a[j], sums[j]))));
        }
    }

    private static void add(float[] line, float factor, float[] sums) {
        for (int j = 0; j < ROWS; j++) {
            sums[j] = Math.fma(factor, line[j], sums[j]);
        }
    }

    /** The inner product of a query that starts at {@code queries[at]} with a key, added up as {@link #scan} does. */
    static float product(float[] queries, int at, float[] key) {
        float sum = 0f;
        for (int d = 0; d < key.length; d++) {
            sum = Math.fma(queries[at + d], key[d], sum);
        }
        return sum;
    }
}
