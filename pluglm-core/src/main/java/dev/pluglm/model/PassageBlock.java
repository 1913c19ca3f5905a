package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Passages that are encoded at once.
 *
 * <p>A block's shape depends on how long its passages are and on nothing else; what is missing is padding. So whichever
 * passages are encoded together, each one's numbers are added up in the same order, and come out the same to the last
 * bit. A block is small enough that what is computed for it stays in the processor's cache.
 *
 * @param passages their places among all that are to be encoded, at most {@code rows}
 * @param rows how many passages it has room for
 * @param length tokens of a row
 */
record PassageBlock(int[] passages, int rows, int length) {

    /** Lengths are rounded up to a multiple of this. */
    private static final int STEP = 16;

    /** Floats that a block's hidden states take, for each thread: 1.5 MB. */
    private static final int FLOATS = 3 << 17;

    /**
     * Divides passages into blocks.
     *
     * @param tokens their token ids, no more than there are positions
     * @param embeddings what they are embedded with
     * @param threads among which one operation is divided: each gets the same number of rows, for where a thread's
     *     share ends in the middle of a vector register, its last numbers may be computed by other instructions
     */
    static List<PassageBlock> of(int[][] tokens, Embeddings embeddings, int threads) {
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int i = 0; i < tokens.length; i++) {
            int length = Math.clamp(Math.ceilDiv(tokens[i].length, STEP) * STEP, 1, embeddings.longest());
            byLength.computeIfAbsent(length, _ -> new ArrayList<>()).add(i);
        }
        List<PassageBlock> blocks = new ArrayList<>();
        byLength.forEach((length, passages) -> {
            int rows = threads * Math.max(1, FLOATS / (length * embeddings.hiddenSize()));
            for (int from = 0; from < passages.size(); from += rows) {
                List<Integer> some = passages.subList(from, Math.min(passages.size(), from + rows));
                blocks.add(new PassageBlock(some.stream().mapToInt(i -> i).toArray(), rows, length));
            }
        });
        return blocks;
    }

    /** {@code [passages]} int64 on the CPU: where each belongs among all. */
    Tensor places() {
        return Tensors.of(Arrays.stream(passages).asLongStream().toArray(), passages.length);
    }

    /** {@code [rows, length]} int64 on the CPU. */
    Tensor ids(int[][] tokens, int padding) {
        int[] filling = new int[length];
        Arrays.fill(filling, padding);
        return TokenBatch.ids(
                IntStream.range(0, rows)
                        .mapToObj(row -> row < passages.length ? tokens[passages[row]] : filling)
                        .toArray(int[][]::new),
                length,
                padding);
    }
}
