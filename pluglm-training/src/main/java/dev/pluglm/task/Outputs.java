package dev.pluglm.task;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.PassageView;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Pass;
import dev.pluglm.model.Trace;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a model's head says of samples. */
final class Outputs {

    private Outputs() {}

    /**
     * Computes the head's numbers for each sample, in the order of the samples. Samples of similar lengths are computed
     * together; how many at once changes nothing but rounding.
     *
     * @return for each sample {@code [n]}, or {@code [length, n]} where the head speaks of each token
     */
    static float[][] of(PlugLM plugged, List<Sample> samples, int batchSize, Lookups lookups) {
        Optional<PassageView> view = plugged.memory().map(it -> it.view());
        try {
            float[][] outputs = new float[samples.size()][];
            int[] byLength = IntStream.range(0, samples.size()).boxed()
                    .sorted(Comparator.comparingInt(i -> samples.get(i).length()))
                    .mapToInt(Integer::intValue).toArray();
            for (int from = 0; from < byLength.length; from += batchSize) {
                compute(plugged, samples, Arrays.copyOfRange(byLength, from,
                        Math.min(byLength.length, from + batchSize)), view, lookups, outputs);
            }
            return outputs;
        } finally {
            view.ifPresent(PassageView::close);
        }
    }

    private static void compute(PlugLM plugged, List<Sample> samples, int[] numbers, Optional<PassageView> view,
            Lookups lookups, float[][] outputs) {
        List<Sample> batch = Arrays.stream(numbers).mapToObj(samples::get).toList();
        Trace trace = lookups == Lookups.NONE
                ? Trace.NONE
                : view.map(passages -> lookups.of(passages, numbers, batch)).orElse(Trace.NONE);
        Scope.withoutGradients(() -> {
            Memory.View memory = view.<Memory.View>map(it -> it).orElseGet(() -> Memory.empty().view());
            Pass pass = Pass.of(plugged.model().config(), false, memory).watchedBy(trace);
            Tensor logits = plugged.model().logits(
                    new Batch(batch).input(plugged.model().config().padTokenId()), pass);
            boolean ofTokens = logits.dim() == 3;
            float[] all = Tensors.floats(logits);
            int each = all.length / numbers.length;
            for (int row = 0; row < numbers.length; row++) {
                int real = ofTokens ? batch.get(row).length() * Math.toIntExact(logits.size(2)) : each;
                outputs[numbers[row]] = Arrays.copyOfRange(all, row * each, row * each + real);
            }
            return true;
        });
    }
}
