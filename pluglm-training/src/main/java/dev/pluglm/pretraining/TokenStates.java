package dev.pluglm.pretraining;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Takes the states of some tokens out of those of padded sequences. */
final class TokenStates {
    private TokenStates() {}

    /**
     * Of all real tokens, sequence after sequence, {@code [tokens, hidden]} fp64.
     *
     * @param states {@code [sequences, longest, hidden]}
     * @param sequences token ids, unpadded
     */
    static Tensor real(Tensor states, int[][] sequences) {
        int[][] all = Arrays.stream(sequences).map(it -> IntStream.range(0, it.length).toArray()).toArray(int[][]::new);
        return chosen(states, all);
    }

    /** Of one token of each sequence, {@code [sequences, hidden]} fp64. */
    static Tensor single(Tensor states, int[] places) {
        return chosen(states, Arrays.stream(places).mapToObj(place -> new int[] {place}).toArray(int[][]::new));
    }

    private static Tensor chosen(Tensor states, int[][] places) {
        long length = states.size(1);
        long[] flat = IntStream.range(0, places.length).boxed()
                .flatMapToLong(row -> Arrays.stream(places[row]).mapToLong(place -> row * length + place)).toArray();
        return torch.index_select(states.reshape(-1, states.size(2)), 0,
                Tensors.on(states.device(), Tensors.of(flat, flat.length))).to(ScalarType.Double);
    }
}
