package dev.pluglm.pretraining;

import dev.pluglm.corpus.shard.ShardDirectory;
import dev.pluglm.corpus.shard.ShardDirectory.Shard;
import dev.pluglm.corpus.shard.ShardReader;
import dev.pluglm.disk.Sha256;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;

/**
 * Samples out of a directory of LDDL's shards, ours or NVIDIA's, with or without bins, masked or not (SPEC 4).
 *
 * <p>As in LDDL, each epoch shuffles the files and draws rows at random from a buffer of 16,384. Unlike there, shards
 * may be of any sizes and every sample comes exactly once an epoch. Streaming: the buffer and a row group of one shard
 * are in memory. Bins make no difference: {@link Batches} puts samples of like lengths together.
 */
public final class ShardSource implements SampleSource {
    static final int BUFFER = 16_384;
    private static final int PROBE = 1 << 14;
    private static final int PROBES = 6;

    private final Path directory;
    private final ShardDirectory shards;
    private final Vocabulary vocabulary;
    private final SampleEncoder encoder;
    private final long seed;
    private final int buffer;

    /**
     * Opens a directory; the samples themselves are read later.
     *
     * @param vocabulary the one that the shards were made with
     * @param maxTokens tokens of a sample at most: the positions of the model
     * @param seed of the order
     * @throws Problem if there are no shards or no samples in them, or one is damaged
     */
    public ShardSource(Path directory, Vocabulary vocabulary, int maxTokens, long seed) {
        this(directory, vocabulary, maxTokens, seed, BUFFER);
    }

    ShardSource(Path directory, Vocabulary vocabulary, int maxTokens, long seed, int buffer) {
        this.directory = directory;
        this.shards = ShardDirectory.of(directory);
        this.vocabulary = vocabulary;
        this.seed = seed;
        this.buffer = buffer;
        if (shards.samples() == 0) {
            throw Problem.of("%s: its %d shards hold no samples; make shards from a corpus first", directory,
                    shards.files().size());
        }
        try (ShardReader first = new ShardReader(shards.files().getFirst().path())) {
            encoder = new SampleEncoder(vocabulary, maxTokens, first.masked());
        }
    }

    @Override
    public long size() {
        return shards.samples();
    }

    @Override
    public boolean knowsSpans() {
        return false;
    }

    @Override
    public boolean masked() {
        return encoder.masked();
    }

    /** Of names, sizes, rows, six places in each file, and the vocabulary; not of where the directory lies. */
    @Override
    public String fingerprint() {
        MessageDigest digest = Sha256.start();
        for (String token : vocabulary.tokens()) {
            digest.update((token + "\n").getBytes(StandardCharsets.UTF_8));
        }
        // The directory may have been changed since it was opened.
        for (Shard shard : ShardDirectory.of(directory).files()) {
            try (RandomAccessFile file = new RandomAccessFile(shard.path().toFile(), "r")) {
                String head = "%s %d %d\n".formatted(shard.path().getFileName(), file.length(), shard.rows());
                digest.update(head.getBytes(StandardCharsets.UTF_8));
                long lastStart = Math.max(0, file.length() - PROBE);
                for (int probe = 0; probe < PROBES; probe++) {
                    byte[] bytes = new byte[(int) Math.min(PROBE, file.length())];
                    file.seek(lastStart / (PROBES - 1) * probe + (probe == PROBES - 1 ? lastStart % (PROBES - 1) : 0));
                    file.readFully(bytes);
                    digest.update(bytes);
                }
            } catch (IOException e) {
                throw new Problem("%s: cannot be read: %s".formatted(shard.path(), e.getMessage()), e);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public Epoch epoch(int epoch) {
        SplittableRandom random = Seeds.random(seed, epoch);
        List<Shard> order = new ArrayList<>(shards.files());
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        return new Shuffled(new ShardRows(order, encoder), new ShuffleBuffer(size(), buffer, random));
    }

    /** The order is that of the buffer's numbers; samples are read when the first one is asked for. */
    private static final class Shuffled implements Epoch {
        private final ShardRows rows;
        private final ShuffleBuffer order;
        private TrainingSample[] samples = {};

        Shuffled(ShardRows rows, ShuffleBuffer order) {
            this.rows = rows;
            this.order = order;
        }

        @Override
        public boolean hasNext() {
            return order.left() > 0;
        }

        @Override
        public TrainingSample next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no sample left in this epoch");
            }
            if (samples.length == 0) {
                fill();
            }
            ShuffleBuffer.Draw draw = order.draw();
            TrainingSample drawn = samples[draw.slot()];
            samples[draw.slot()] = draw.refill() < 0 ? samples[order.filled()] : rows.read(draw.refill());
            return drawn;
        }

        private void fill() {
            record Place(long row, int slot) {}
            List<Place> places = new ArrayList<>(order.filled());
            for (int slot = 0; slot < order.filled(); slot++) {
                places.add(new Place(order.row(slot), slot));
            }
            places.sort(Comparator.comparingLong(Place::row));
            samples = new TrainingSample[order.filled()];
            places.forEach(place -> samples[place.slot()] = rows.read(place.row()));
        }

        @Override
        public void skip(long count) {
            if (count < 0 || count > order.left()) {
                throw new IllegalArgumentException("%d samples to leave out of %d".formatted(count, order.left()));
            }
            for (long i = 0; i < count; i++) {
                if (samples.length == 0) {
                    order.draw();
                } else {
                    next();
                }
            }
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
