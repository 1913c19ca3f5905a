package dev.pluglm.corpus.shard;

import dev.pluglm.corpus.Document;
import dev.pluglm.corpus.WordPieces;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Sentences;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Documents in, unbalanced part files of samples out: LDDL's preprocessing, seeded in full. For one thread.
 *
 * <p>Documents are gathered until a partition is full; its samples are paired, mixed, masked and written; what is held
 * in memory does not grow with the corpus.
 */
public final class SampleMaker {
    /** A sentence with more pieces is cut (SPEC 4). */
    private static final int LONGEST_SENTENCE = 512;

    private final ShardOptions options;
    private final WordPieces pieces;
    private final Path directory;
    private final SplittableRandom sampling;
    private final List<List<int[]>> partition = new ArrayList<>();
    private long partitionChars;
    private int partitions;
    private long samples;

    /** @param directory an existing, empty one: it receives {@code part.{i}.parquet[_{bin}]} */
    public SampleMaker(ShardOptions options, WordPieces pieces, Path directory) {
        if (pieces.size() < 1) {
            throw Problem.of("the vocabulary is empty");
        }
        this.options = options;
        this.pieces = pieces;
        this.directory = directory;
        this.sampling = new SplittableRandom(options.seed());
    }

    /** Takes a document into the samples, or by the sample ratio leaves it out. */
    public void add(Document document) {
        if (sampling.nextDouble() >= options.sampleRatio()) {
            return;
        }
        List<int[]> ids = new ArrayList<>();
        for (String paragraph : document.paragraphs()) {
            for (String sentence : Sentences.split(paragraph)) {
                int[] sentenceIds = pieces.split(sentence, LONGEST_SENTENCE).stream().mapToInt(pieces::id).toArray();
                if (sentenceIds.length > 0) {
                    ids.add(sentenceIds);
                }
            }
            partitionChars += paragraph.length();
        }
        if (!ids.isEmpty()) {
            partition.add(ids);
        }
        if (partitionChars >= options.partitionChars()) {
            writePartition();
        }
    }

    /** Writes what is left. @return how many samples there are in all parts */
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
        PairMaker maker = new PairMaker(partition, options, random);
        for (int duplicate = 0; duplicate < options.duplicates(); duplicate++) {
            for (int i = 0; i < partition.size(); i++) {
                pairs.addAll(maker.pairs(i));
            }
        }
        shuffle(pairs, random);
        write(pairs, new StaticMasking(pieces, options.maskedRatio(), random));
        samples += pairs.size();
        partition.clear();
        partitionChars = 0;
        partitions++;
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
        return Arrays.stream(ids).mapToObj(pieces::piece).toList();
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
