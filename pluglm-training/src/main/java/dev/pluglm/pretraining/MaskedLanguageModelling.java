package dev.pluglm.pretraining;

import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.pretraining.Counterfactuals.Change;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.Objective;
import dev.pluglm.training.Work;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Masked-language modelling with a memory (paper, section 3.4; SPEC 3): guess the masked tokens of a text with the help
 * of the passages that the model finds, whose keys and values are encoded anew with gradients.
 *
 * <p>Only masked positions go through the vocabulary-wide head; what a step costs does not depend on the rest.
 */
final class MaskedLanguageModelling implements Objective {
    private final PlugLMModel model;
    private final String data;
    private final Batches batches;
    private final Optional<RefreshedMemory> memory;
    private final Refreshing refreshing;
    private final OwnText ownText;
    private final Counterfactuals counterfactuals;
    private final int padding;
    private final Ensemble ensemble;
    /** Nothing that makes keys is trained: those of the last refresh are the ones that would be made anew. */
    private final boolean keysStay;

    /**
     * When keys are made anew.
     *
     * @param steps updates between two refreshes; 0 for never after the start
     * @param lag updates that are made meanwhile with the old keys; 0 to wait for the new ones
     * @param progress is told how many passages are done
     */
    record Refreshing(long steps, long lag, LongConsumer progress) {

        boolean begins(long updates) {
            return steps > 0 && updates % steps == 0;
        }

        boolean ends(long updates) {
            return begins(updates - lag) && updates > lag;
        }
    }

    /**
     * Which texts must not find the passages that they are part of: drawn anew in each update, and the same ones
     * whichever process has them.
     *
     * @param share of texts that must not, 0 to 1
     */
    record OwnText(double share, long seed) {

        boolean isHidden(MaskedSample sample, long update) {
            int[] text = sample.originalIds();
            return Seeds.random(seed, update, WithoutOwnText.hash(text, 0, text.length)).nextDouble() < share;
        }
    }

    MaskedLanguageModelling(
            PlugLMModel model,
            String data,
            Batches batches,
            Optional<RefreshedMemory> memory,
            Refreshing refreshing,
            OwnText ownText,
            Counterfactuals counterfactuals,
            int padding,
            Ensemble ensemble) {
        this.model = model;
        this.data = data;
        this.batches = batches;
        this.memory = memory;
        this.refreshing = refreshing;
        this.ownText = ownText;
        this.counterfactuals = counterfactuals;
        this.padding = padding;
        this.ensemble = ensemble;
        this.keysStay = model.parameters().trainable().keySet().stream()
                .noneMatch(name -> MemoryEncoder.makesKeys(name, model.config()));
    }

    /** Runs the document encoder once over the memory; possible while that encoder is not trained. */
    void keepPassageStates() {
        memory.ifPresent(it -> model.keepPassageStates(it.tokens(), refreshing.progress()));
    }

    /** Makes the first keys; a run that goes on takes those of its checkpoint instead. */
    void start() {
        refresh();
    }

    /** Passages in the memory; 0 without one. */
    int passages() {
        return memory.map(RefreshedMemory::size).orElse(0);
    }

    private void refresh() {
        memory.ifPresent(it -> {
            MemoryEncoder encoder = model.memoryEncoder().orElseThrow();
            it.refresh(encoder, ensemble, refreshing.progress());
        });
    }

    @Override
    public void updated(long updates) {
        if (refreshing.lag() == 0) {
            if (refreshing.begins(updates)) {
                refresh();
            }
            return;
        }
        memory.ifPresent(it -> {
            // The same update in every run: whether the background was quicker must not matter.
            if (refreshing.ends(updates)) {
                it.finish(ensemble);
            }
            if (refreshing.begins(updates)) {
                it.begin(model.memoryEncoder().orElseThrow(), ensemble);
            }
        });
    }

    @Override
    public Work next() {
        return new MaskedWork(batches.next());
    }

    @Override
    public void skip(long updates) {
        batches.seek(batches.position() + updates);
    }

    @Override
    public String fingerprint() {
        return data;
    }

    @Override
    public void save(Path directory) throws IOException {
        if (memory.isPresent()) {
            memory.get().save(directory);
        }
    }

    @Override
    public void restore(Path directory) {
        memory.ifPresent(it -> it.restore(directory, model.memoryEncoder().orElseThrow(), ensemble));
    }

    @Override
    public void close() {
        batches.close();
        memory.ifPresent(RefreshedMemory::close);
    }

    private final class MaskedWork implements Work {
        private final Update update;

        MaskedWork(Update update) {
            this.update = update;
        }

        @Override
        public int microBatches() {
            return update.microBatches().size();
        }

        @Override
        public double weight() {
            return update.maskedTokens();
        }

        @Override
        public long tokens() {
            return update.microBatches().stream().mapToLong(MicroBatch::tokens).sum();
        }

        /** Who cannot find what a text is part of has to guess what it says. */
        private Optional<Change> change(MaskedSample sample) {
            return memory.isEmpty() ? Optional.empty() : counterfactuals.of(sample, update.number())
                    .filter(_ -> !ownText.isHidden(sample, update.number()));
        }

        @Override
        public Tensor loss(int microBatch) {
            List<MaskedSample> given = update.microBatches().get(microBatch).samples();
            List<Optional<Change>> changes = given.stream().map(this::change).toList();
            List<MaskedSample> samples = IntStream.range(0, given.size())
                    .mapToObj(i -> changes.get(i).map(it -> given.get(i).withLabels(it.to())).orElse(given.get(i)))
                    .toList();
            int[][] ids = samples.stream().map(MaskedSample::ids).toArray(int[][]::new);
            int[][] types = samples.stream().map(MaskedSample::types).toArray(int[][]::new);
            Input input = Input.of(ids, types, padding);
            try (Memory.View view = view(samples, changes, update.number())) {
                Pass pass = pass(view);
                Tensor states = model.states(input, pass); // [batch, length, hidden]
                if (update.microBatches().get(microBatch).maskedTokens() == 0) {
                    return states.sum().mul(new Scalar(0.0));
                }
                Masked masked = Masked.of(samples, Math.toIntExact(states.size(1)));
                Tensor chosen = torch.index_select(
                        states.reshape(-1, states.size(2)), 0, Tensors.on(states.device(), masked.places()));
                Tensor labels = Tensors.on(states.device(), masked.labels());
                Tensor mean = model.loss(model.logits(chosen, pass), labels);
                return mean.mul(new Scalar((double) labels.numel()));
            }
        }
    }

    private Pass pass(Memory.View view) {
        Pass pass = Pass.of(model.config(), true, view).together(ensemble);
        return keysStay ? pass.withStoredKeys() : pass;
    }

    private Memory.View view(List<MaskedSample> samples, List<Optional<Change>> changes, long number) {
        if (memory.isEmpty()) {
            return Memory.empty().view();
        }
        Memory.View all = memory.get().view();
        Memory.View found = ownText.share() == 0 ? all : new WithoutOwnText(all, samples.stream()
                .map(sample -> ownText.isHidden(sample, number) ? sample.originalIds() : new int[0])
                .toArray(int[][]::new));
        return changes.stream().allMatch(Optional::isEmpty) ? found : new CounterfactualView(found, changes);
    }

    /**
     * The masked positions of a micro-batch.
     *
     * @param places in the flattened {@code [batch * length]}
     * @param labels the ids that stood there
     */
    private record Masked(Tensor places, Tensor labels) {

        static Masked of(List<MaskedSample> samples, int length) {
            int count = samples.stream().mapToInt(sample -> sample.positions().length).sum();
            long[] places = new long[count];
            long[] labels = new long[count];
            int at = 0;
            for (int row = 0; row < samples.size(); row++) {
                MaskedSample sample = samples.get(row);
                for (int i = 0; i < sample.positions().length; i++) {
                    places[at] = (long) row * length + sample.positions()[i];
                    labels[at++] = sample.labels()[i];
                }
            }
            return new Masked(Tensors.of(places, count), Tensors.of(labels, count));
        }
    }
}
