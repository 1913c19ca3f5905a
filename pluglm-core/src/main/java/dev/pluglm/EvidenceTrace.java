package dev.pluglm;

import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageView;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Trace;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Notes which passages a prediction of one text found, and how much its masked positions attended to each. */
final class EvidenceTrace implements Trace {
    private final Optional<PassageView> view;
    private final int[] masked;
    private final Optional<IntFunction<String>> token;
    private final List<Evidence> evidence = new ArrayList<>();

    /** @param token what a token id stands for, if the model reads passages token by token */
    EvidenceTrace(Optional<PassageView> view, int[] masked, Optional<IntFunction<String>> token) {
        this.view = view;
        this.masked = masked;
        this.token = token;
    }

    @Override
    public void values(int layer, Memory.Hits hits, Tensor weights) {
        view.ifPresent(passages -> {
            float[][] shares = shares(weights);
            for (int j = 0; j < hits.counts()[0]; j++) {
                int row = hits.row(0, j);
                Passage passage = passages.passage(row);
                double weight = 0;
                for (float share : shares[j]) {
                    weight += share;
                }
                float[] own = shares[j];
                List<Evidence.Token> tokens = token.map(name -> tokens(passages, row, name, own)).orElse(List.of());
                evidence.add(new Evidence(layer, passages.memory(row), passage.id(), passage.text(),
                        hits.similarity(0, j), (float) weight, tokens));
            }
        });
    }

    /** The mean over heads and masked positions, for each value of each passage, {@code [k][values]}. */
    private float[][] shares(Tensor weights) {
        long[] shape = Tensors.shape(weights); // [1, heads or 1, length or 1, k, values]
        int heads = (int) shape[1];
        int length = (int) shape[2];
        int k = (int) shape[3];
        int values = (int) shape[4];
        float[] numbers = Tensors.floats(weights);
        float[][] shares = new float[k][values];
        for (int h = 0; h < heads; h++) {
            for (int place : masked) {
                int from = (h * length + (length == 1 ? 0 : place)) * k * values;
                for (int i = 0; i < k * values; i++) {
                    shares[i / values][i % values] += numbers[from + i] / heads / masked.length;
                }
            }
        }
        return shares;
    }

    private static List<Evidence.Token> tokens(
            PassageView passages, int row, IntFunction<String> name, float[] shares) {
        int[] ids = passages.tokens(new int[] {row})[0];
        return IntStream.range(0, ids.length)
                .mapToObj(i -> new Evidence.Token(name.apply(ids[i]), shares[i]))
                .toList();
    }

    List<Evidence> evidence() {
        return evidence;
    }
}
