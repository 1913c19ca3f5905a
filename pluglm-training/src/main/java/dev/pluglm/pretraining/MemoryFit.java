package dev.pluglm.pretraining;

import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Trace;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.text.Vocabulary;
import dev.pluglm.training.Autocast;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.MixedPrecision;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Gives the memory layers a start before they are trained: what they find passages with ({@link FinderFit}), and where
 * they read the tokens of passages, what they read with ({@link ReaderFit}), both fitted in closed form to masked texts
 * and the passages that state what is masked. Attentive poolers come first ({@link PoolerFit}).
 *
 * <p>Without it training has to find both by itself, and neither is of use without the other: a memory layer reads only
 * what it finds, and learns what to find only from what it reads.
 */
final class MemoryFit {
    /** So many passages tell how keys and values are spread. */
    private static final int PASSAGES_LOOKED_AT = 20_000;
    private static final int PASSAGES_AT_ONCE = 50;

    private final PlugLMModel model;
    private final MixedPrecision precision;
    private final Ensemble ensemble;
    private final Vocabulary vocabulary;
    private final Weights weights = new ModelWeights();

    /** A text and the place of a passage that states its first masked token. */
    private record Pair(MaskedSample text, StatingPassages.Place stated) {}

    MemoryFit(PlugLMModel model, MixedPrecision precision, Ensemble ensemble, Vocabulary vocabulary) {
        this.model = model;
        this.precision = precision;
        this.ensemble = ensemble;
        this.vocabulary = vocabulary;
    }

    /** How many texts are looked at for so many samples: those that poolers are fitted to twice. */
    long looks(long samples) {
        return samples + (PoolerFit.isPossible(model.config().memoryPoolerType()) ? poolerTexts(samples) : 0);
    }

    private static long poolerTexts(long samples) {
        return Math.min(samples, PoolerFit.TEXTS);
    }

    /**
     * Fits. All processes call it, with their shares of the data, and get the same weights.
     *
     * @param batches where the masked texts come from; it is read from its present place on
     * @param passages token ids of the memory's passages
     * @param samples texts to look at, of all processes together
     * @param progress is told how many texts are done, of {@link #looks}
     * @return of the texts, how many had a passage that states what is masked: those were used
     * @throws Problem if they are fewer than a query has numbers
     */
    long fit(Batches batches, int[][] passages, long samples, LongConsumer progress) {
        PlugLMConfig shape = model.config();
        MemoryEncoder encoder = model.memoryEncoder().orElseThrow();
        StatingPassages stating = new StatingPassages(passages);
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            fitPoolers(batches, passages, samples, progress);
            FinderFit finder = new FinderFit(shape, encoder, evenly(passages, PASSAGES_LOOKED_AT));
            Optional<ReaderFit> reader = ReaderFit.isPossible(shape)
                    ? Optional.of(new ReaderFit(shape, encoder, evenly(passages, ReaderFit.PASSAGES), this::lastStates))
                    : Optional.empty();
            long done = 0;
            while (done < samples) {
                for (MicroBatch micro : batches.next().microBatches()) {
                    done += (long) micro.samples().size() * ensemble.count();
                    look(pairs(micro, stating), passages, finder, reader);
                }
                progress.accept(Math.min(done, samples) + looks(samples) - samples);
            }
            List<Moments> all = finder.together(ensemble);
            long used = all.getFirst().count();
            if (used < shape.querySize()) {
                throw Problem.of("fit_samples: of %d texts only %d had a passage in the memory that states what is masked,"
                        + " fewer than query_size (%d); use a memory made of the texts, or more samples", done, used,
                        shape.querySize());
            }
            finder.write(weights, all);
            reader.ifPresent(it -> it.write(weights, ensemble));
            return used;
        }
    }

    private void fitPoolers(Batches batches, int[][] passages, long samples, LongConsumer progress) {
        PlugLMConfig shape = model.config();
        PoolerFit ofPassages = PoolerFit.of(shape, passages, vocabulary.mask());
        if (PoolerFit.isPossible(shape.documentEncoderPoolerType())) {
            MemoryEncoder encoder = model.memoryEncoder().orElseThrow();
            inBlocks(evenly(passages, PoolerFit.PASSAGES), PASSAGES_AT_ONCE,
                    some -> ofPassages.add(encoder.states(some), some));
            ofPassages.write(weights, "bert.encoder.retriever.document_encoder.pooler.pooler.", ensemble);
        }
        if (PoolerFit.isPossible(shape.memoryPoolerType())) {
            int first = shape.numHiddenLayers() - shape.numMemoryLayers();
            List<PoolerFit> ofTexts = IntStream.range(0, shape.numMemoryLayers()).mapToObj(_ -> ofPassages.another())
                    .toList();
            long start = batches.position();
            long done = 0;
            while (done < poolerTexts(samples)) {
                for (MicroBatch micro : batches.next().microBatches()) {
                    done += (long) micro.samples().size() * ensemble.count();
                    watch(micro.samples(), new Trace() {
                        @Override
                        public void asking(int layer, Tensor states, Tensor pooled) {
                            ofTexts.get(layer - first).add(states, ids(micro.samples()));
                        }
                    });
                }
                progress.accept(Math.min(done, poolerTexts(samples)));
            }
            batches.seek(start);
            for (int i = 0; i < ofTexts.size(); i++) {
                ofTexts.get(i).write(weights, "bert.encoder.layer." + (first + i) + ".memory_layer.pooler.pooler.",
                        ensemble);
            }
        }
    }

    private static List<Pair> pairs(MicroBatch micro, StatingPassages stating) {
        List<Pair> pairs = new ArrayList<>();
        for (MaskedSample sample : micro.samples()) {
            stating.of(sample).ifPresent(place -> pairs.add(new Pair(sample, place)));
        }
        return pairs;
    }

    private void look(List<Pair> pairs, int[][] passages, FinderFit finder, Optional<ReaderFit> reader) {
        if (pairs.isEmpty()) {
            return;
        }
        int[][] stated = pairs.stream().map(pair -> passages[pair.stated().row()]).toArray(int[][]::new);
        int[] answers = pairs.stream().mapToInt(pair -> pair.stated().token()).toArray();
        int[] masked = pairs.stream().mapToInt(pair -> pair.text().positions()[0]).toArray();
        List<MaskedSample> texts = pairs.stream().map(Pair::text).toList();
        int top = model.config().numHiddenLayers() - 1;
        watch(texts, new Trace() {
            @Override
            public void asking(int layer, Tensor states, Tensor pooled) {
                finder.add(layer, pooled, stated);
            }

            @Override
            public void reading(int layer, Tensor states) {
                if (layer == top) {
                    reader.ifPresent(it -> it.add(states, masked, stated, answers));
                }
            }
        });
    }

    /** Runs the model over masked texts, without a memory. */
    private void watch(List<MaskedSample> texts, Trace trace) {
        try (Scope _ = Scope.open()) {
            states(Input.of(ids(texts), texts.stream().map(MaskedSample::types).toArray(int[][]::new),
                    vocabulary.padding()), trace);
        }
    }

    private static int[][] ids(List<MaskedSample> texts) {
        return texts.stream().map(MaskedSample::ids).toArray(int[][]::new);
    }

    /** What the model makes of passages by themselves, {@code [passages, longest, hidden]}. */
    private Tensor lastStates(int[][] passages) {
        return states(Input.of(passages, vocabulary.padding()), Trace.NONE);
    }

    private Tensor states(Input input, Trace trace) {
        try (Autocast _ = Autocast.open(model.device(), precision); Memory.View nothing = Memory.empty().view()) {
            return model.states(input, Pass.of(model.config(), false, nothing).watchedBy(trace));
        }
    }

    /** Some of the passages, evenly chosen. */
    private static int[][] evenly(int[][] passages, int most) {
        int count = Math.min(passages.length, most);
        return IntStream.range(0, count).mapToObj(i -> passages[(int) ((long) i * passages.length / count)])
                .toArray(int[][]::new);
    }

    /** Looks at passages some at a time, each time in a scope of its own. */
    static void inBlocks(int[][] passages, int atOnce, Consumer<int[][]> look) {
        for (int from = 0; from < passages.length; from += atOnce) {
            try (Scope _ = Scope.open()) {
                look.accept(Arrays.copyOfRange(passages, from, Math.min(passages.length, from + atOnce)));
            }
        }
    }

    /** Where fitted numbers go: weights by their names. */
    interface Weights {
        Tensor get(String name);

        void set(String name, Tensor numbers);

        /** The weight and the bias of a linear layer. */
        default void set(String layer, AffineMap map) {
            set(layer + ".weight", map.weight());
            set(layer + ".bias", map.bias());
        }
    }

    private final class ModelWeights implements Weights {
        @Override
        public Tensor get(String name) {
            return model.parameters().all().get(name);
        }

        /** The numbers of process 0, as fp32. */
        @Override
        public void set(String name, Tensor numbers) {
            Tensor weight = get(name);
            weight.copy_(numbers);
            ensemble.broadcast(weight, 0);
        }
    }
}
