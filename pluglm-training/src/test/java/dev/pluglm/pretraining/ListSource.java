package dev.pluglm.pretraining;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A source of given samples, shuffled in each epoch. Counts what is open and what was read. */
final class ListSource implements SampleSource {
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger read = new AtomicInteger();
    private final List<TrainingSample> samples;
    private final boolean spans;
    private final boolean masked;

    ListSource(List<TrainingSample> samples, boolean spans, boolean masked) {
        this.samples = samples;
        this.spans = spans;
        this.masked = masked;
    }

    @Override
    public String fingerprint() {
        return "0".repeat(64);
    }

    @Override
    public long size() {
        return samples.size();
    }

    @Override
    public boolean knowsSpans() {
        return spans;
    }

    @Override
    public boolean masked() {
        return masked;
    }

    @Override
    public Epoch epoch(int epoch) {
        List<TrainingSample> order = new ArrayList<>(samples);
        Collections.shuffle(order, new Random(epoch));
        open.incrementAndGet();
        return new Epoch() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < order.size();
            }

            @Override
            public TrainingSample next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                read.incrementAndGet();
                return order.get(next++);
            }

            @Override
            public void skip(long count) {
                next += Math.toIntExact(count);
            }

            @Override
            public void close() {
                open.decrementAndGet();
            }
        };
    }
}
