package dev.pluglm.corpus.shard;

import dev.pluglm.corpus.Document;
import dev.pluglm.text.Sentences;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Documents in, unbalanced part files of samples out: LDDL's preprocessing, seeded in full. For one thread.
 *
 * <p>Documents are gathered until a partition is full; they are tokenised on all processors, paired, mixed,
 * masked and written; what is held in memory does not grow with the corpus.
 */
public final class SampleMaker {
    /** A sentence with more pieces is cut (SPEC 4). */
    private static final int LONGEST_SENTENCE = 512;

    private final ShardOptions options;
    private final Tokenizer tokenizer;
    private final Path directory;
    private final SplittableRandom sampling;
    private final List<Document> partition = new ArrayList<>();
    private long partitionChars;
    private int partitions;
    private long samples;

    /** @param directory an existing, empty one: it receives {@code part.{i}.parquet[_{bin}]} */
    public SampleMaker(ShardOptions options, Tokenizer tokenizer, Path directory) {
        this.options = options;
        this.tokenizer = tokenizer;
        this.directory = directory;
        this.sampling = new SplittableRandom(options.seed());
    }

    /** Takes a document into the samples, or by the sample ratio leaves it out. */
    public void add(Document document) {
        if (sampling.nextDouble() >= options.sampleRatio()) {
            return;
        }
        partition.add(document);
        partitionChars += document.length();
        if (partitionChars >= options.partitionChars()) {
            writePartition();
        }
    }

    /**
     * Writes what is left.
     *
     * @return how many samples there are in all parts
     */
    public long finish() {
        if (!partition.isEmpty()) {
            writePartition();
        }
        return samples;
    }

    private void writePartition() {
        // Every partition has its own stream of random numbers, whatever was drawn before.
        SplittableRandom random = new SplittableRandom(options.seed() * 0x9E3779B97F4A7C15L + partitions + 1);
        List<PairMaker.Pair> pairs = new ArrayList<>();
        List<List<int[]>> documents = partition.parallelStream().map(this::sentences)
                .filter(sentences -> !sentences.isEmpty()).toList();
        PairMaker maker = new PairMaker(documents, options, random);
        for (int duplicate = 0; duplicate < options.duplicates(); duplicate++) {
            for (int i = 0; i < documents.size(); i++) {
                pairs.addAll(maker.pairs(i));
            }
        }
        shuffle(pairs, random);
        write(pairs, new StaticMasking(tokenizer.vocabulary(), options.maskedRatio(), random));
        samples += pairs.size();
        partition.clear();
        partitionChars = 0;
        partitions++;
    }

    private List<int[]> sentences(Document document) {
        return document.paragraphs().stream().flatMap(paragraph -> Sentences.split(paragraph).stream())
                .map(sentence -> {
                    int[] ids = tokenizer.encode(sentence, LONGEST_SENTENCE + 2).ids();
                    return Arrays.copyOfRange(ids, 1, ids.length - 1);
                }).filter(ids -> ids.length > 0).toList();
    }

    private void write(List<PairMaker.Pair> pairs, StaticMasking masking) {
        ShardWriter[] writers = new ShardWriter[options.bins()];
        try {
            for (PairMaker.Pair pair : pairs) {
                Sample plain = Sample.of(words(pair.a()), words(pair.b()), pair.randomNext());
                Sample sample = options.staticMasking() ? masking.mask(plain) : plain;
                int bin = options.bin(sample);
                if (writers[bin] == null) {
                    OptionalInt id = options.binned() ? OptionalInt.of(bin) : OptionalInt.empty();
                    Path file = directory.resolve(new ShardName(false, partitions, id).toString());
                    writers[bin] = new ShardWriter(file, options.staticMasking(), id);
                }
                writers[bin].write(sample);
            }
        } finally {
            for (ShardWriter writer : writers) {
                if (writer != null) {
                    writer.close();
                }
            }
        }
    }

    private List<String> words(int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::token).toList();
    }

    private static void shuffle(List<PairMaker.Pair> pairs, SplittableRandom random) {
        for (int i = pairs.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            PairMaker.Pair swapped = pairs.get(i);
            pairs.set(i, pairs.get(other));
            pairs.set(other, swapped);
        }
    }
}
