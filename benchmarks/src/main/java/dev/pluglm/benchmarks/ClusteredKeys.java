package dev.pluglm.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Keys as a trained model makes them: in clusters of about a hundred, with norms that vary (log-normal), rounded to
 * fp16. Queries lie around keys, as far from them as keys lie around the middle of their cluster.
 */
final class ClusteredKeys {
    static final int SIZE = 128;
    static final int VALUE_SIZE = 768;

    private static final int CLUSTER = 100;
    private static final float SPREAD = 0.7f;
    private static final double NORM_SPREAD = 0.25;

    private final int count;
    private final long seed;
    private final float[] keys;

    ClusteredKeys(int count, long seed) {
        this.count = count;
        this.seed = seed;
        keys = new float[Math.multiplyExact(count, SIZE)];
        RandomGenerator random = new SplittableRandom(seed);
        int clusters = Math.max(1, count / CLUSTER);
        float[] centres = new float[clusters * SIZE];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = (float) random.nextGaussian();
        }
        for (int row = 0; row < count; row++) {
            int centre = random.nextInt(clusters) * SIZE;
            float norm = (float) Math.exp(NORM_SPREAD * random.nextGaussian());
            for (int d = 0; d < SIZE; d++) {
                float number = norm * (centres[centre + d] + SPREAD * (float) random.nextGaussian());
                keys[row * SIZE + d] = Float.float16ToFloat(Float.floatToFloat16(number));
            }
        }
    }

    int count() {
        return count;
    }

    float[] key(int row) {
        return Arrays.copyOfRange(keys, row * SIZE, (row + 1) * SIZE);
    }

    float[] value(int row) {
        float[] value = new float[VALUE_SIZE];
        Arrays.fill(value, row % 1000 / 1000f);
        return value;
    }

    float[] queries(int queries) {
        RandomGenerator random = new SplittableRandom(seed + 1);
        float[] made = new float[queries * SIZE];
        for (int q = 0; q < queries; q++) {
            int row = random.nextInt(count);
            for (int d = 0; d < SIZE; d++) {
                made[q * SIZE + d] = keys[row * SIZE + d] + SPREAD * (float) random.nextGaussian();
            }
        }
        return made;
    }

    /** Rows with the largest products, by comparing with every key. */
    int[] nearest(float[] queries, int query, int k) {
        float[] best = new float[k];
        int[] rows = new int[k];
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        for (int row = 0; row < count; row++) {
            float product = 0;
            for (int d = 0; d < SIZE; d++) {
                product += queries[query * SIZE + d] * keys[row * SIZE + d];
            }
            if (product > best[k - 1]) {
                int place = k - 1;
                for (; place > 0 && product > best[place - 1]; place--) {
                    best[place] = best[place - 1];
                    rows[place] = rows[place - 1];
                }
                best[place] = product;
                rows[place] = row;
            }
        }
        return rows;
    }
}
