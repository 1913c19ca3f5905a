package dev.pluglm.pretraining;

import dev.pluglm.problem.Problem;

/** The epochs of a source one after the other, without an end: sample n is sample n mod size of epoch n / size. */
final class SampleStream implements AutoCloseable {
    /** A sample and where it stands. */
    record Numbered(TrainingSample sample, int epoch, long index) {}

    private final SampleSource source;
    private final long size;
    private long next;
    private int opened = -1;
    private SampleSource.Epoch epoch;

    /** @param first number of the sample to begin with */
    SampleStream(SampleSource source, long first) {
        this.source = source;
        this.size = source.size();
        this.next = first;
    }

    Numbered next() {
        int number = epochOf(next);
        long index = next % size;
        if (number != opened) {
            close();
            epoch = source.epoch(number);
            opened = number;
            epoch.skip(index);
        }
        if (!epoch.hasNext()) {
            throw Problem.of("the training data ended after %d of %d samples of epoch %d; it was changed while "
                    + "training", index, size, number);
        }
        TrainingSample sample = epoch.next();
        next++;
        return new Numbered(sample, number, index);
    }

    private int epochOf(long sample) {
        try {
            return Math.toIntExact(sample / size);
        } catch (ArithmeticException e) {
            throw new Problem("epoch %d of the training data is asked for; expected at most %d".formatted(
                    sample / size, Integer.MAX_VALUE), e);
        }
    }

    @Override
    public void close() {
        if (epoch != null) {
            epoch.close();
            epoch = null;
            opened = -1;
        }
    }
}
