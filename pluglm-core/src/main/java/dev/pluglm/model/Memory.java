package dev.pluglm.model;

import java.util.Optional;

/**
 * What a memory layer asks for passages: a set of key-value pairs that is searched by inner product (paper, section 3;
 * SPEC 1.2 steps 3 and 4).
 *
 * <p>The model never knows where passages live. A memory may be an array, an index on disk or several of those plugged
 * together; it may be edited while it is in use. So each pass through the model opens one {@link View} and every layer
 * of that pass sees the same passages.
 *
 * <p>Implementations are safe for use by several threads. The contract is tested by {@code MemoryContractTest}.
 */
public interface Memory extends AutoCloseable {

    /** The memory as it stands now; later edits do not change the view. Must be closed. */
    View view();

    @Override
    void close();

    /** A memory that holds nothing: memory layers then add no knowledge. */
    static Memory empty() {
        return EmptyMemory.INSTANCE;
    }

    /**
     * The passages of one moment. Rows number them, from 0 inclusive to {@link #rowLimit} exclusive, in the order in
     * which they were added; where passages were removed, rows may be missing.
     */
    interface View extends AutoCloseable {

        /** How many passages can be found. */
        int size();

        /** All rows are smaller than this; at least {@link #size}. */
        int rowLimit();

        /** Length of a key, {@code query_size} of the model; 0 for a memory that holds nothing. */
        int keySize();

        /** Length of a value, {@code hidden_size} of the model; 0 if the memory holds no values. */
        int valueSize();

        /** Fingerprint of the encoder that made the keys and values, where it is known. */
        Optional<String> encoderFingerprint();

        /**
         * Finds the passages with the largest inner products, for several queries at once.
         *
         * @param queries {@code count} queries of {@link #keySize} floats, one after the other
         * @param count number of queries
         * @param k how many passages to find for each query, at least 1
         * @return for each query its hits, best first; equal products by the lower row. Fewer than {@code k} only
         *     where the memory holds fewer
         */
        Hits search(float[] queries, int count, int k);

        /** The stored keys of these rows, {@link #keySize} floats each, one after the other. */
        float[] keys(int[] rows);

        /** The stored values of these rows, {@link #valueSize} floats each, one after the other. */
        float[] values(int[] rows);

        /** The token ids of these rows, unpadded: what live keys and values are encoded from. */
        int[][] tokens(int[] rows);

        @Override
        void close();
    }

    /**
     * What a search found: {@code hits(q)} rows for query {@code q}, kept in arrays of {@code k} places a query.
     *
     * @param k places a query
     * @param counts for each query, how many of its places are filled
     * @param rows {@code [queries * k]}; unfilled places hold 0
     * @param similarities {@code [queries * k]}, inner products; unfilled places hold 0
     */
    record Hits(int k, int[] counts, int[] rows, float[] similarities) {

        /** Room for the hits of {@code queries} queries; nothing is found yet. */
        public static Hits none(int queries, int k) {
            return new Hits(k, new int[queries], new int[queries * k], new float[queries * k]);
        }

        public int queries() {
            return counts.length;
        }

        public int row(int query, int place) {
            return rows[query * k + place];
        }

        public float similarity(int query, int place) {
            return similarities[query * k + place];
        }

        /** Fills the next free place of a query. */
        public void add(int query, int row, float similarity) {
            int at = query * k + counts[query]++;
            rows[at] = row;
            similarities[at] = similarity;
        }
    }
}
