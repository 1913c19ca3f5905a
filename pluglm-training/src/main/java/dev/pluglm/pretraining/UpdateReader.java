package dev.pluglm.pretraining;

import dev.pluglm.pretraining.SampleStream.Numbered;
import dev.pluglm.problem.Problem;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Makes one update after the other out of the stream of samples. For one thread. */
final class UpdateReader implements AutoCloseable {
    // What random numbers are for; a seed gives others for each.
    private static final int MASKS = 1;
    private static final int UPDATES = 2;
    private static final int MICRO_BATCHES = 3;

    private final Masking masking;
    private final BatchPlan plan;
    private final SampleStream stream;
    private final ArrayDeque<List<Numbered>> ready = new ArrayDeque<>();
    private long next;
    private long skippedOfPool;

    /** @param first number of the update to begin with */
    UpdateReader(SampleSource source, Masking masking, BatchPlan plan, long first) {
        this.masking = masking;
        this.plan = plan;
        this.next = first;
        this.skippedOfPool = first % plan.pool();
        this.stream = new SampleStream(source, (first - skippedOfPool) * plan.globalBatch());
    }

    Update next() {
        if (ready.isEmpty()) {
            readPool();
        }
        return update(next++, ready.remove());
    }

    /** Reads the samples of as many updates as are sorted together, and deals them out to these. */
    private void readPool() {
        Numbered[] samples = new Numbered[plan.globalBatch() * plan.pool()];
        for (int i = 0; i < samples.length; i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("reading was stopped");
            }
            samples[i] = stream.next();
        }
        Arrays.sort(samples, Comparator.comparingInt(it -> it.sample().length()));
        List<List<Numbered>> updates = new ArrayList<>();
        for (int from = 0; from < samples.length; from += plan.globalBatch()) {
            updates.add(Arrays.asList(samples).subList(from, from + plan.globalBatch()));
        }
        shuffle(updates, Seeds.random(plan.seed(), UPDATES, next / plan.pool()));
        updates.stream().skip(skippedOfPool).forEach(ready::add);
        skippedOfPool = 0;
    }

    private Update update(long number, List<Numbered> samples) {
        // Every rank masks all samples, only to learn how many tokens are masked: it takes less than asking around.
        long maskedTokens = 0;
        long tokens = 0;
        int epoch = 0;
        List<List<MaskedSample>> own = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            Numbered numbered = samples.get(i);
            MaskedSample masked = masking.mask(numbered.sample(),
                    Seeds.random(plan.seed(), MASKS, numbered.epoch(), numbered.index()));
            maskedTokens += masked.positions().length;
            tokens += masked.length();
            epoch = Math.max(epoch, numbered.epoch());
            int part = i / plan.microBatch();
            // Neighbours in length go to the ranks, which so wait for each other less.
            if (part % plan.world() == plan.rank()) {
                if (i % plan.microBatch() == 0) {
                    own.add(new ArrayList<>());
                }
                own.getLast().add(masked);
            }
        }
        if (maskedTokens == 0) {
            throw Problem.of("none of the %d samples of update %d has a masked token; raise the masking probability, "
                    + "or have at least one token masked in each sample", samples.size(), number + 1);
        }
        // From short to long in every update would teach running means the long ones' values.
        shuffle(own, Seeds.random(plan.seed(), MICRO_BATCHES, number));
        return new Update(number, epoch, own.stream().map(MicroBatch::new).toList(), maskedTokens, tokens);
    }

    private static void shuffle(List<?> list, SplittableRandom random) {
        IntStream.iterate(list.size() - 1, i -> i > 0, i -> i - 1)
                .forEach(i -> Collections.swap(list, i, random.nextInt(i + 1)));
    }

    @Override
    public void close() {
        stream.close();
    }
}
