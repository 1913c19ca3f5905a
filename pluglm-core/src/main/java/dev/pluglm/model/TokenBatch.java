package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;

/** Token ids of several texts, padded. */
final class TokenBatch {

    private TokenBatch() {}

    /** {@code [texts, longest]} int64 on the CPU; at least one place long. */
    static Tensor ids(int[][] tokens, int padding) {
        return ids(tokens, Math.max(1, Arrays.stream(tokens).mapToInt(t -> t.length).max().orElse(0)), padding);
    }

    /** {@code [texts, length]} int64 on the CPU. */
    static Tensor ids(int[][] tokens, int length, int padding) {
        long[] ids = new long[tokens.length * length];
        Arrays.fill(ids, padding);
        for (int i = 0; i < tokens.length; i++) {
            for (int j = 0; j < tokens[i].length; j++) {
                ids[i * length + j] = tokens[i][j];
            }
        }
        return Tensors.of(ids, tokens.length, length);
    }
}
