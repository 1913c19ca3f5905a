package dev.pluglm.pretraining;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.DocumentReader;
import dev.pluglm.corpus.Progress;
import dev.pluglm.corpus.ReadCounts;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.disk.Sha256;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;

/**
 * Samples out of running text: JSON lines of documents or of a memory's passages, and every other format that the
 * corpus readers know, packed or not. Each epoch cuts other windows out of the same documents ({@link WindowOptions});
 * the names, numbers and dates in them are known, since the text is read as it was written.
 *
 * <p>The tokenised documents are kept in memory, about 3 bytes a token and 100 a document: made for some millions of
 * documents (a million of 500 tokens take 1.7 GB). Reading takes about half a second of processor time a megabyte, most
 * of it in the tokenizers library, on all processors. For more, make shards and use {@link ShardSource}.
 *
 * <p>A document gives as many samples in an epoch as it would fill windows, one from each equal part of it. So the
 * number of samples is the same in each epoch, and long documents count for more.
 */
public final class TextSource implements SampleSource {
    private static final double LARGEST_SHARE_OF_MEMORY = 0.6;

    private final List<StoredDocument> documents;
    /** Samples of an epoch before each document's, and at the end all of them. */
    private final long[] samplesBefore;
    private final Windows windows;
    private final long seed;
    private final String fingerprint;
    private final ReadCounts counts;

    private TextSource(List<StoredDocument> documents, Windows windows, long seed, String fingerprint,
            ReadCounts counts) {
        this.documents = documents;
        this.windows = windows;
        this.seed = seed;
        this.fingerprint = fingerprint;
        this.counts = counts;
        samplesBefore = new long[documents.size() + 1];
        for (int i = 0; i < documents.size(); i++) {
            samplesBefore[i + 1] = samplesBefore[i] + windows.count(documents.get(i));
        }
    }

    /**
     * Reads and tokenises a corpus; the tokenizer is not needed any more afterwards.
     *
     * @param seed of order and windows
     * @throws Problem if a file cannot be read on, no text is in it, or it takes more memory than Java has
     */
    public static TextSource read(Corpus corpus, ReadOptions reading, Tokenizer tokenizer, WindowOptions options,
            long seed, Progress progress) {
        Pieces pieces = new Pieces(tokenizer.vocabulary());
        MessageDigest digest = Sha256.start();
        digest.update((options + "\n").getBytes(StandardCharsets.UTF_8));
        for (String token : tokenizer.vocabulary().tokens()) {
            digest.update((token + "\n").getBytes(StandardCharsets.UTF_8));
        }
        List<StoredDocument> documents = new ArrayList<>();
        long limit = (long) (LARGEST_SHARE_OF_MEMORY * Runtime.getRuntime().maxMemory());
        long[] bytes = {0};
        try (DocumentReader reader = corpus.open(reading, progress)) {
            new TextReader(tokenizer, pieces, options.titleRoom()).read(reader, document -> {
                documents.add(document);
                document.addTo(digest);
                bytes[0] += document.bytes();
                if (bytes[0] > limit) {
                    throw Problem.of("%s: its text does not fit into memory: %,d documents take %,d MB of the %,d that "
                            + "Java may use; give Java more (-Xmx), or make shards of the corpus and train on these",
                            name(corpus), documents.size(), bytes[0] >> 20, Runtime.getRuntime().maxMemory() >> 20);
                }
            });
            ReadCounts counts = reader.counts();
            if (documents.isEmpty()) {
                throw Problem.of("%s: holds no text to train on: %d documents without known words, %d records skipped, "
                        + "%d bad%s", name(corpus), counts.documents(), counts.skipped(), counts.bad(),
                        counts.examples().isEmpty() ? "" : ", the first: " + counts.examples().getFirst());
            }
            return new TextSource(documents, new Windows(options, pieces, tokenizer.vocabulary()), seed,
                    HexFormat.of().formatHex(digest.digest()), counts);
        }
    }

    private static String name(Corpus corpus) {
        int files = corpus.files().size();
        return files == 0 ? "the corpus" : corpus.files().getFirst() + (files == 1 ? ""
                : " and %d more".formatted(files - 1));
    }

    /** What was met while reading: documents, and what was left out. */
    public ReadCounts counts() {
        return counts;
    }

    @Override
    public long size() {
        return samplesBefore[documents.size()];
    }

    @Override
    public boolean knowsSpans() {
        return true;
    }

    @Override
    public boolean masked() {
        return false;
    }

    /** Of all tokens and spans, the options and the vocabulary, as they were read; not of the files' names. */
    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public Epoch epoch(int epoch) {
        return new Cutting(epoch);
    }

    private TrainingSample sample(long number, int epoch) {
        int document = documentOf(number);
        SplittableRandom random = Seeds.random(seed, epoch, number);
        return windows.cut(documents.get(document), (int) (number - samplesBefore[document]), random);
    }

    private int documentOf(long number) {
        int found = Arrays.binarySearch(samplesBefore, number);
        return found >= 0 ? found : -found - 2;
    }

    private final class Cutting implements Epoch {
        private final int epoch;
        private final Permutation order;
        private long next;

        Cutting(int epoch) {
            this.epoch = epoch;
            this.order = new Permutation(Seeds.mix(seed, epoch), size());
        }

        @Override
        public boolean hasNext() {
            return next < size();
        }

        @Override
        public TrainingSample next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no sample left in this epoch");
            }
            return sample(order.at(next++), epoch);
        }

        @Override
        public void skip(long samples) {
            if (samples < 0 || samples > size() - next) {
                throw new IllegalArgumentException("%d samples to leave out of %d".formatted(samples, size() - next));
            }
            next += samples;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
