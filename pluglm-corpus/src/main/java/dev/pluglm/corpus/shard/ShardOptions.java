package dev.pluglm.corpus.shard;

import dev.pluglm.problem.Problem;

import java.util.OptionalInt;

/**
 * How samples are made; the defaults are those of the published data (SPEC 4).
 *
 * @param targetLength tokens of a sample at most, with the special ones, 5 .. 65535
 * @param shortProbability how often a document is cut into samples of a random shorter length, 0 .. 1
 * @param duplicates how many times the corpus is cut into samples, each time differently, 1 or more
 * @param sampleRatio the share of documents that is used, above 0 .. 1
 * @param staticMasking whether the samples carry their masks; without, the trainer masks anew in every epoch
 * @param maskedRatio the share of tokens that static masking masks, above 0 .. 1
 * @param binSize where present, samples are filed by length: bin = (tokens - 1) / binSize
 * @param shards files to make (for each bin), 1 or more
 * @param seed of everything that is random here: the same seed and corpus give the same bytes
 * @param partitionChars how many characters of text are mixed with each other and held in memory at a time
 */
public record ShardOptions(int targetLength, double shortProbability, int duplicates, double sampleRatio,
        boolean staticMasking, double maskedRatio, OptionalInt binSize, int shards, long seed, int partitionChars) {

    /** @throws Problem if a value is out of its range; the message names it */
    public ShardOptions {
        check(targetLength >= 5 && targetLength <= 65_535, "target length", targetLength, "5 to 65535");
        check(shortProbability >= 0 && shortProbability <= 1, "probability of short samples", shortProbability,
                "0 to 1");
        check(duplicates >= 1, "number of duplicates", duplicates, "1 or more");
        check(sampleRatio > 0 && sampleRatio <= 1, "sample ratio", sampleRatio, "above 0, up to 1");
        check(maskedRatio > 0 && maskedRatio <= 1, "masked ratio", maskedRatio, "above 0, up to 1");
        check(binSize.isEmpty() || binSize.getAsInt() >= 1, "bin size", binSize.orElse(0), "1 or more");
        check(shards >= 1, "number of shards", shards, "1 or more");
        check(partitionChars >= 1, "size of a partition", partitionChars, "1 or more");
    }

    /** The published values: 128 tokens, 10% shorter, five times over, 90% of the documents, no masks, no bins. */
    public static ShardOptions defaults(int shards) {
        return new ShardOptions(128, 0.1, 5, 0.9, false, 0.15, OptionalInt.empty(), shards, 12345, 16_000_000);
    }

    public ShardOptions withTargetLength(int targetLength) {
        return new ShardOptions(targetLength, shortProbability, duplicates, sampleRatio, staticMasking, maskedRatio,
                binSize, shards, seed, partitionChars);
    }

    public ShardOptions withSampling(double sampleRatio, int duplicates) {
        return new ShardOptions(targetLength, shortProbability, duplicates, sampleRatio, staticMasking, maskedRatio,
                binSize, shards, seed, partitionChars);
    }

    public ShardOptions withStaticMasking(boolean staticMasking) {
        return new ShardOptions(targetLength, shortProbability, duplicates, sampleRatio, staticMasking, maskedRatio,
                binSize, shards, seed, partitionChars);
    }

    public ShardOptions withBinSize(int binSize) {
        return new ShardOptions(targetLength, shortProbability, duplicates, sampleRatio, staticMasking, maskedRatio,
                OptionalInt.of(binSize), shards, seed, partitionChars);
    }

    public ShardOptions withSeed(long seed) {
        return new ShardOptions(targetLength, shortProbability, duplicates, sampleRatio, staticMasking, maskedRatio,
                binSize, shards, seed, partitionChars);
    }

    public ShardOptions withPartitionChars(int partitionChars) {
        return new ShardOptions(targetLength, shortProbability, duplicates, sampleRatio, staticMasking, maskedRatio,
                binSize, shards, seed, partitionChars);
    }

    /** How many bins there are; 1 without bins. */
    int bins() {
        return binSize.isEmpty() ? 1 : Math.ceilDiv(targetLength, binSize.getAsInt());
    }

    /** The bin of a sample; the last one takes what is longer. */
    int bin(Sample sample) {
        return binSize.isEmpty() ? 0 : Math.min(bins() - 1, (sample.numTokens() - 1) / binSize.getAsInt());
    }

    /** Whether the files carry a bin in their names and rows. */
    boolean binned() {
        return binSize.isPresent();
    }

    private static void check(boolean holds, String name, Object found, String expected) {
        if (!holds) {
            throw Problem.of("the %s is %s; expected %s", name, found, expected);
        }
    }
}
