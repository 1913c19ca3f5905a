package dev.pluglm.evaluation;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.PassageMemory;
import dev.pluglm.memory.PassageView;
import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Task;
import dev.pluglm.model.Trace;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Asks a model many prompts at once. Only prompts of one length share a batch: nothing is padded, so that an answer
 * depends on its prompt alone, whatever the batch size and in reference-compatible models too (SPEC 1.2 step 5), up to
 * the rounding of matrix products. The same prompts in the same order give the same bits.
 */
final class Prompts {
    private final PlugLM plugged;
    private final int batchSize;

    /** Hears the answers. */
    interface Listener {
        /**
         * The answer to one prompt; prompts come in the order of their lengths.
         *
         * @param prompt its number
         * @param logits {@code [masked, vocabulary]}, valid during the call only
         * @param found by layer, from the bottom
         */
        void answered(int prompt, Tensor logits, List<Found> found);
    }

    /**
     * @param plugged with whatever is plugged in when it is asked
     * @param batchSize prompts at once, at least 1
     */
    Prompts(PlugLM plugged, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch size of " + batchSize);
        }
        Task task = plugged.model().config().task();
        if (task != Task.MASKED_LM) {
            throw Problem.of("this model was made for %s; only a masked-LM model fills masks",
                    task.name().toLowerCase(Locale.ROOT));
        }
        this.plugged = plugged;
        this.batchSize = batchSize;
    }

    /** Does something with what the memory is now; with nothing where none is plugged in. */
    static <T> T inView(PlugLM plugged, Function<Optional<PassageView>, T> look) {
        Optional<PassageMemory> memory = plugged.memory();
        if (memory.isEmpty()) {
            return look.apply(Optional.empty());
        }
        try (PassageView view = memory.get().view()) {
            return look.apply(Optional.of(view));
        }
    }

    /**
     * Asks all prompts.
     *
     * @param progress told how many are answered
     */
    void ask(List<Prompt> prompts, Optional<PassageView> view, Listener listener, LongConsumer progress) {
        int[] order = IntStream.range(0, prompts.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> prompts.get(i).tokens().length))
                .mapToInt(i -> i)
                .toArray();
        int from = 0;
        while (from < order.length) {
            int length = prompts.get(order[from]).tokens().length;
            int to = from + 1;
            while (to < order.length && to - from < batchSize && prompts.get(order[to]).tokens().length == length) {
                to++;
            }
            answer(prompts, Arrays.copyOfRange(order, from, to), view, listener);
            progress.accept(to);
            from = to;
        }
    }

    private void answer(List<Prompt> prompts, int[] batch, Optional<PassageView> view, Listener listener) {
        PlugLMModel model = plugged.model();
        Scope.withoutGradients(() -> {
            List<Prompt> asked = Arrays.stream(batch).mapToObj(prompts::get).toList();
            Lookups lookups = new Lookups(asked);
            Pass pass = view.map(Pass::prediction).orElseGet(() -> Pass.prediction(Memory.empty().view()))
                    .watchedBy(lookups);
            int[][] tokens = asked.stream().map(Prompt::tokens).toArray(int[][]::new);
            Tensor states = model.states(Input.of(tokens, model.config().padTokenId()), pass); // [batch, length, hidden]
            Tensor places = Tensors.on(model.device(), places(asked));
            Tensor masked = torch.index_select(states.reshape(-1, states.size(-1)), 0, places);
            Tensor logits = model.logits(masked, pass); // [all masked, vocabulary]
            long row = 0;
            for (int i = 0; i < batch.length; i++) {
                int count = asked.get(i).masked().length;
                try (Scope _ = Scope.open()) {
                    listener.answered(batch[i], logits.narrow(0, row, count), lookups.of(i));
                }
                row += count;
            }
            return batch.length;
        });
    }

    /** Where the masked positions of all prompts are in the batch, one prompt after the other. */
    private static Tensor places(List<Prompt> asked) {
        int length = asked.getFirst().tokens().length;
        long[] places = IntStream.range(0, asked.size())
                .mapToObj(i -> Arrays.stream(asked.get(i).masked()).mapToLong(at -> (long) i * length + at))
                .flatMapToLong(each -> each)
                .toArray();
        return Tensors.of(places, places.length);
    }

    /** Notes what each memory layer found for each prompt of a batch. */
    private static final class Lookups implements Trace {
        private final List<Prompt> asked;
        private final List<List<Found>> found = new ArrayList<>();

        Lookups(List<Prompt> asked) {
            this.asked = asked;
            asked.forEach(_ -> found.add(new ArrayList<>()));
        }

        @Override
        public void lookup(int layer, Memory.Hits hits, Tensor weights) {
            float[] numbers = Tensors.floats(weights); // [batch, heads or 1, length or 1, k]
            long[] shape = Tensors.shape(weights);
            int places = (int) (shape[1] * shape[2] * shape[3]);
            for (int i = 0; i < asked.size(); i++) {
                int count = hits.counts()[i];
                int[] rows = new int[count];
                double[] mean = new double[count];
                for (int j = 0; j < count; j++) {
                    rows[j] = hits.row(i, j);
                    mean[j] = weight(numbers, i * places, shape, asked.get(i).masked(), j);
                }
                found.get(i).add(new Found(layer, rows, mean));
            }
        }

        private static double weight(float[] numbers, int from, long[] shape, int[] masked, int passage) {
            int heads = (int) shape[1];
            int length = (int) shape[2];
            int k = (int) shape[3];
            double sum = 0;
            for (int h = 0; h < heads; h++) {
                for (int at : masked) {
                    sum += numbers[from + (h * length + (length == 1 ? 0 : at)) * k + passage];
                }
            }
            return sum / heads / masked.length;
        }

        List<Found> of(int prompt) {
            return List.copyOf(found.get(prompt));
        }
    }
}
