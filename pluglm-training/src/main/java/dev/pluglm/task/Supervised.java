package dev.pluglm.task;

import dev.pluglm.disk.Sha256;
import dev.pluglm.memory.PassageMemory;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Task;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.Objective;
import dev.pluglm.training.Work;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Learning what labelled samples say, epoch after epoch. */
final class Supervised implements Objective {
    private final PlugLMModel model;
    private final EpochOrder order;
    private final int accumulation;
    private final Optional<PassageMemory> memory;
    private final boolean fixQueries;
    private final Optional<OwnPassages> own;
    private final Optional<ClassWeights> classWeights;
    private final Ensemble ensemble;
    private long position;
    private long epoch = -1;
    private List<Batch> batches = List.of();

    /**
     * @param accumulation batches in an update; the last of an epoch may have fewer
     * @param memory that the model looks into, not closed here
     * @param fixQueries train nothing for the sake of what is found
     * @param own what an example must not find in it
     * @param classWeights how much classes count; empty for all the same
     * @param ensemble the processes that share each batch
     */
    Supervised(PlugLMModel model, EpochOrder order, int accumulation, Optional<PassageMemory> memory,
            boolean fixQueries, Optional<OwnPassages> own, Optional<ClassWeights> classWeights, Ensemble ensemble) {
        this.model = model;
        this.order = order;
        this.accumulation = accumulation;
        this.memory = memory;
        this.fixQueries = fixQueries;
        this.own = own;
        this.classWeights = classWeights;
        this.ensemble = ensemble;
    }

    /** Updates in an epoch. */
    long updates() {
        return (order.batches() + accumulation - 1) / accumulation;
    }

    @Override
    public Work next() {
        long number = position / updates();
        if (number != epoch) {
            batches = order.epoch(number);
            epoch = number;
        }
        int from = Math.toIntExact(position++ % updates()) * accumulation;
        return new LabelledWork(batches.subList(from, Math.min(batches.size(), from + accumulation)));
    }

    @Override
    public void skip(long updates) {
        position += updates;
    }

    @Override
    public String fingerprint() {
        return fingerprint(order.samples());
    }

    /** Identifies samples, 64 hexadecimal digits. */
    static String fingerprint(List<Sample> samples) {
        MessageDigest digest = Sha256.start();
        for (Sample sample : samples) {
            ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * sample.length() + 8 * sample.target().length);
            bytes.putInt(sample.length()).putInt(sample.target().length);
            Arrays.stream(sample.ids()).forEach(bytes::putInt);
            Arrays.stream(sample.target()).forEach(bytes::putDouble);
            digest.update(bytes.array());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private final class LabelledWork implements Work {
        private final List<Batch> parts;
        private final Task head = model.config().task();

        LabelledWork(List<Batch> parts) {
            this.parts = parts;
        }

        @Override
        public int microBatches() {
            return parts.size();
        }

        @Override
        public double weight() {
            double sum = parts.stream().mapToDouble(this::weight).sum();
            return sum == 0 ? 1 : sum;
        }

        /** What the mean loss of a batch is the mean of. */
        private double weight(Batch batch) {
            return classWeights.map(it -> it.sum(batch)).orElseGet(() -> (double) batch.predicted(head));
        }

        @Override
        public long tokens() {
            return parts.stream().flatMap(batch -> share(batch).samples().stream()).mapToLong(Sample::length).sum();
        }

        @Override
        public Tensor loss(int microBatch) {
            Batch batch = share(parts.get(microBatch));
            try (Memory.View view = view(batch)) {
                Pass pass = Pass.of(model.config(), true, view).withQueries(fixQueries).together(ensemble);
                Tensor logits = model.logits(batch.input(model.config().padTokenId()), pass);
                double weight = weight(batch);
                if (weight == 0) {
                    return logits.sum().mul(new Scalar(0.0));
                }
                Tensor labels = Tensors.on(model.device(), batch.labels(head));
                Tensor mean = classWeights.map(it -> it.loss(logits, labels))
                        .orElseGet(() -> model.loss(logits, labels));
                return mean.mul(new Scalar(weight));
            }
        }

        /** This process's share of a batch, which has a sample for each process at least. */
        private Batch share(Batch batch) {
            int all = batch.samples().size();
            return new Batch(batch.samples().subList(all * ensemble.rank() / ensemble.count(),
                    all * (ensemble.rank() + 1) / ensemble.count()));
        }

        private Memory.View view(Batch batch) {
            Memory.View all = memory.<Memory.View>map(Memory::view).orElseGet(() -> Memory.empty().view());
            return own.<Memory.View>map(passages -> new WithoutOwnPassages(all, batch.samples().stream()
                    .map(sample -> passages.of(sample.example())).toArray(int[][]::new))).orElse(all);
        }
    }
}
