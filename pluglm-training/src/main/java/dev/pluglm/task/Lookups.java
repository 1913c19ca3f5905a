package dev.pluglm.task;

import dev.pluglm.memory.PassageView;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Trace;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.List;

/** Is told which passages predictions looked at. */
interface Lookups {

    /** Is told nothing. */
    Lookups NONE = (_, _, _, _, _, _) -> {};

    /**
     * A sample's memory layer found a passage.
     *
     * @param sample that looked, by its number in the data
     * @param layer from 0 at the bottom of the model
     * @param passages the view in which it was found
     * @param row the passage
     * @param similarity inner product of query and key
     * @param weight its share of the layer's knowledge attention, 0 to 1: the mean over heads and tokens
     */
    void found(int sample, int layer, PassageView passages, int row, float similarity, double weight);

    /**
     * What tells of a batch.
     *
     * @param numbers of its samples, in their order
     * @param samples of the batch; their padding attends too, but does not count
     */
    default Trace of(PassageView passages, int[] numbers, List<Sample> samples) {
        return new Trace() {
            @Override
            public void lookup(int layer, Memory.Hits hits, Tensor weights) {
                long[] shape = Tensors.shape(weights); // [batch, heads or 1, length or 1, k]
                float[] all = Tensors.floats(weights);
                int heads = (int) shape[1];
                int length = (int) shape[2];
                int k = (int) shape[3];
                for (int b = 0; b < numbers.length; b++) {
                    int tokens = Math.min(length, samples.get(b).length());
                    for (int j = 0; j < hits.counts()[b]; j++) {
                        double sum = 0;
                        for (int h = 0; h < heads; h++) {
                            for (int t = 0; t < tokens; t++) {
                                sum += all[((b * heads + h) * length + t) * k + j];
                            }
                        }
                        found(numbers[b], layer, passages, hits.row(b, j), hits.similarity(b, j),
                                sum / heads / tokens);
                    }
                }
            }
        };
    }
}
