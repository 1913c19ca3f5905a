package dev.pluglm;

import dev.pluglm.memory.PassageView;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Trace;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Notes which passages a prediction of one text found, and how much its masked positions attended to each. */
final class EvidenceTrace implements Trace {
    private final Optional<PassageView> view;
    private final int[] masked;
    private final List<Evidence> evidence = new ArrayList<>();

    EvidenceTrace(Optional<PassageView> view, int[] masked) {
        this.view = view;
        this.masked = masked;
    }

    @Override
    public void lookup(int layer, Memory.Hits hits, Tensor weights) {
        view.ifPresent(passages -> {
            long[] shape = Tensors.shape(weights); // [1, heads or 1, length or 1, k]
            float[] numbers = Tensors.floats(weights);
            int heads = (int) shape[1];
            int length = (int) shape[2];
            int k = (int) shape[3];
            for (int j = 0; j < hits.counts()[0]; j++) {
                double sum = 0;
                for (int h = 0; h < heads; h++) {
                    for (int place : masked) {
                        sum += numbers[(h * length + (length == 1 ? 0 : place)) * k + j];
                    }
                }
                int row = hits.row(0, j);
                var passage = passages.passage(row);
                evidence.add(new Evidence(layer, passages.memory(row), passage.id(), passage.text(),
                        hits.similarity(0, j), (float) (sum / heads / masked.length)));
            }
        });
    }

    List<Evidence> evidence() {
        return evidence;
    }
}
