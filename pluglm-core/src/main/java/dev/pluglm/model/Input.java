package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;

/**
 * A batch of token ids, on the model's device once it is used.
 *
 * @param ids {@code [batch, length]} int64
 * @param typeIds {@code [batch, length]} int64, 0 for the first text and 1 for the second
 * @param mask {@code [batch, length]} int64, 1 for real tokens and 0 for padding
 */
public record Input(Tensor ids, Tensor typeIds, Tensor mask) {

    /** Single texts of one type, padded to the longest. */
    public static Input of(int[][] tokens, int padding) {
        return of(tokens, Arrays.stream(tokens).map(t -> new int[t.length]).toArray(int[][]::new), padding);
    }

    /** Texts with their token types, padded to the longest. */
    public static Input of(int[][] tokens, int[][] types, int padding) {
        int[][] ones = Arrays.stream(tokens)
                .map(t -> Arrays.stream(t).map(_ -> 1).toArray())
                .toArray(int[][]::new);
        return new Input(TokenBatch.ids(tokens, padding), TokenBatch.ids(types, 0), TokenBatch.ids(ones, 0));
    }

    Input on(Device device) {
        return new Input(Tensors.on(device, ids), Tensors.on(device, typeIds), Tensors.on(device, mask));
    }
}
