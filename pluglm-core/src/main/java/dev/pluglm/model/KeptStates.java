package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * The token states of passages, in fp16: what a document encoder makes of them that is not trained, so that training
 * what comes after it need not run it again and again.
 */
final class KeptStates implements AutoCloseable {
    private static final int TOKENS_AT_ONCE = 1 << 13;

    private final Map<Passage, Tensor> states; // [length, hidden]

    private record Passage(int[] tokens) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Passage passage && Arrays.equals(tokens, passage.tokens);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(tokens);
        }
    }

    private KeptStates(Map<Passage, Tensor> states) {
        this.states = states;
    }

    /** Runs the encoder of a retriever over all passages; is told how many are done. */
    static KeptStates of(int[][] passages, Retriever retriever, LongConsumer progress) {
        Map<Passage, Tensor> states = HashMap.newHashMap(passages.length);
        int[] byLength = IntStream.range(0, passages.length).boxed()
                .sorted(Comparator.comparingInt(i -> passages[i].length)).mapToInt(Integer::intValue).toArray();
        int start = 0;
        while (start < byLength.length) {
            int end = start + 1;
            while (end < byLength.length
                    && (long) (end + 1 - start) * passages[byLength[end]].length <= TOKENS_AT_ONCE) {
                end++;
            }
            int[][] batch = Arrays.stream(byLength, start, end).mapToObj(i -> passages[i]).toArray(int[][]::new);
            try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
                Tensor encoded = retriever.encode(batch, false).states(); // [passages, length, hidden]
                for (int i = 0; i < batch.length; i++) {
                    Tensor own = encoded.select(0, i).narrow(0, 0, batch[i].length).to(ScalarType.Half).clone();
                    states.put(new Passage(batch[i]), Scope.keep(own));
                }
            }
            start = end;
            progress.accept(end);
        }
        return new KeptStates(states);
    }

    /**
     * {@code [passages, longest, hidden]} fp32, padded with 0.
     *
     * @param encoder makes the states of those that are not kept, without gradients
     */
    Tensor of(int[][] passages, Function<int[][], Tensor> encoder) {
        return Scope.returning(() -> {
            int longest = Arrays.stream(passages).mapToInt(tokens -> tokens.length).max().orElseThrow();
            Tensor any = states.values().iterator().next();
            Tensor all = torch.zeros(new long[] {passages.length, longest, any.size(1)}, any.options())
                    .to(ScalarType.Float);
            List<Integer> missing = new ArrayList<>();
            for (int i = 0; i < passages.length; i++) {
                Tensor own = states.get(new Passage(passages[i]));
                if (own == null) {
                    missing.add(i);
                } else {
                    all.select(0, i).narrow(0, 0, passages[i].length).copy_(own);
                }
            }
            if (!missing.isEmpty()) {
                int[][] others = missing.stream().map(i -> passages[i]).toArray(int[][]::new);
                try (NoGradGuard _ = new NoGradGuard()) {
                    Tensor made = encoder.apply(others);
                    for (int i = 0; i < others.length; i++) {
                        int length = others[i].length;
                        all.select(0, missing.get(i)).narrow(0, 0, length).copy_(made.select(0, i).narrow(0, 0, length));
                    }
                }
            }
            return all;
        });
    }

    @Override
    public void close() {
        states.values().forEach(Tensor::close);
        states.clear();
    }
}
