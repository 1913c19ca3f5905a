package dev.pluglm.pretraining;

import dev.pluglm.problem.Problem;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Turns a source of samples into updates: global batches, sorted by length and dealt out to micro-batches and ranks
 * (SPEC 3). Endless: the last samples of an epoch and the first of the next share an update, so every update has its
 * full number of samples.
 *
 * <p>Update u has the same samples with the same masks for every number of ranks and micro-batches, and whether the run
 * came to it from the start or by {@link #seek}. A thread reads ahead so that training does not wait for data. For one
 * thread.
 */
public final class Batches implements AutoCloseable {
    private static final int AHEAD = 2;

    private final SampleSource source;
    private final Masking masking;
    private final BatchPlan plan;
    private long next;
    private Ahead ahead;

    /** Sorts lengths within each update; see {@link #Batches(SampleSource, Masking, BatchPlan)}. */
    public Batches(SampleSource source, Masking masking, long seed, int globalBatch, int microBatches, int rank,
            int world) {
        this(source, masking, new BatchPlan(seed, globalBatch, microBatches, rank, world, 1));
    }

    /**
     * Begins with update 0; nothing is read before the first update is asked for.
     *
     * @throws Problem if the source has fewer samples than an update, or not what the masking needs
     */
    public Batches(SampleSource source, Masking masking, BatchPlan plan) {
        if (source.size() < plan.globalBatch()) {
            throw Problem.of("the training data has %d samples, fewer than the %d of a batch; use a smaller batch or "
                    + "more text", source.size(), plan.globalBatch());
        }
        masking.check(source);
        this.source = source;
        this.masking = masking;
        this.plan = plan;
    }

    /** The number of the update that comes next, from 0. */
    public long position() {
        return next;
    }

    /**
     * Goes to an update, forwards or back. What lies before it is left out without reading it as far as possible.
     *
     * @param update from 0
     */
    public void seek(long update) {
        long last = Long.MAX_VALUE / plan.globalBatch();
        if (update < 0 || update > last) {
            throw new IllegalArgumentException("update %d; expected 0 to %d".formatted(update, last));
        }
        close();
        next = update;
    }

    /**
     * The next update; waits if it is not ready yet.
     *
     * @throws Problem if the data cannot be read on from here
     */
    public Update next() {
        if (ahead == null) {
            ahead = new Ahead(new UpdateReader(source, masking, plan, next));
        }
        Update update = ahead.take();
        next++;
        return update;
    }

    /** Stops reading ahead and closes the files. The source stays open; {@link #next} would read on. */
    @Override
    public void close() {
        if (ahead != null) {
            ahead.stop();
            ahead = null;
        }
    }

    /** An update, or why there is none. */
    private sealed interface Outcome {
        record Read(Update update) implements Outcome {}

        record Failed(Throwable cause) implements Outcome {}
    }

    private static final class Ahead {
        private final BlockingQueue<Outcome> queue = new ArrayBlockingQueue<>(AHEAD);
        private final Thread thread;

        Ahead(UpdateReader reader) {
            thread = Thread.ofPlatform().daemon().name("training data").start(() -> read(reader));
        }

        private void read(UpdateReader reader) {
            try (reader) {
                Outcome outcome;
                do {
                    outcome = one(reader);
                    queue.put(outcome);
                } while (outcome instanceof Outcome.Read);
            } catch (InterruptedException e) {
                // Stopped: nobody waits for more.
            }
        }

        private static Outcome one(UpdateReader reader) {
            try {
                return new Outcome.Read(reader.next());
            } catch (RuntimeException | Error e) {
                return new Outcome.Failed(e);
            }
        }

        Update take() {
            Outcome outcome;
            try {
                outcome = queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Problem("interrupted while waiting for training data", e);
            }
            return switch (outcome) {
                case Outcome.Read read -> read.update();
                case Outcome.Failed failed -> {
                    // The reader has ended: whoever asks again shall hear it again, not wait.
                    queue.add(failed);
                    throw switch (failed.cause()) {
                        case Problem problem -> new Problem(problem.getMessage(), problem);
                        case Throwable other -> new IllegalStateException("reading training data failed: " + other,
                                other);
                    };
                }
            };
        }

        void stop() {
            thread.interrupt();
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
