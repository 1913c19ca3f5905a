package dev.pluglm.cli;

import dev.pluglm.corpus.job.Output;
import dev.pluglm.corpus.shard.ShardOptions;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

@Command(name = "shards",
        header = "Make samples for pre-training, as shards in NVIDIA's LDDL format (Parquet).",
        customSynopsis = "pluglm corpus shards INPUT... --output DIR --shards N (--model MODEL | --vocab FILE)"
                + " [OPTIONS]",
        description = {"", "Cuts the corpus into pairs of segments as BERT's data was made, and deals them out to"
                + " shards whose sizes differ by one. The defaults are those of the published data. The same seed"
                + " and corpus give the same bytes."},
        footer = {"", "Example:",
            "  pluglm corpus shards wiki.xml.bz2 --output shards --shards 8 --vocab vocab.txt --bin-size 32"})
final class CorpusShards extends CorpusAction {
    /** When samples are masked. */
    enum Masking {
        STATIC, DYNAMIC;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true,
            description = "The directory to make; must not exist, or be empty.")
    private Path output;

    @Option(names = {"--shards", "--num-shards"}, paramLabel = "N", required = true,
            description = "Files to make, for each bin; a multiple of all training processes' readers.")
    private int shards;

    @Mixin
    private VocabularyOptions vocabulary;

    @Option(names = "--target-seq-length", paramLabel = "N", defaultValue = "128",
            description = "Tokens of a sample at most (default: 128).")
    private int targetLength;

    @Option(names = "--short-seq-prob", paramLabel = "P", defaultValue = "0.1",
            description = "How often a document is cut into shorter samples (default: 0.1).")
    private double shortProbability;

    @Option(names = "--bin-size", paramLabel = "N",
            description = "File samples by length, in bins of so many tokens; no bins if left out.")
    private Integer binSize;

    @Option(names = "--sample-ratio", paramLabel = "R", defaultValue = "0.9",
            description = "The share of documents that is used (default: 0.9).")
    private double sampleRatio;

    @Option(names = "--duplicate-factor", paramLabel = "N", defaultValue = "5",
            description = "How many times the corpus is cut into samples, each time differently (default: 5).")
    private int duplicates;

    @Option(names = "--masking", paramLabel = "WHEN", arity = "0..1", fallbackValue = "static",
            defaultValue = "dynamic",
            description = "static: samples carry their masks; dynamic: the trainer masks (default: dynamic)."
                    + " --masking alone is static.")
    private Masking masking;

    @Option(names = "--masked-lm-ratio", paramLabel = "R", defaultValue = "0.15",
            description = "The share of tokens that static masking masks (default: 0.15).")
    private double maskedRatio;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "12345",
            description = "Of everything that is random (default: 12345).")
    private long seed;

    @Override
    int run(Console console) {
        vocabulary.check();
        ShardOptions options = options();
        try (Tokenizer tokenizer = vocabulary.open()) {
            return write(console, new Output.Shards(output, options), Optional.of(tokenizer), "samples",
                    result -> Console.count(result.written(), "sample") + from(result) + ", in "
                            + Console.count(shards, "shard") + (binSize == null ? "" : " for each length") + ",");
        }
    }

    private ShardOptions options() {
        try {
            return new ShardOptions(targetLength, shortProbability, duplicates, sampleRatio, masking == Masking.STATIC,
                    maskedRatio, binSize == null ? OptionalInt.empty() : OptionalInt.of(binSize), shards, seed,
                    ShardOptions.defaults(1).partitionChars());
        } catch (Problem refused) {
            throw new BadUsage(refused.getMessage());
        }
    }
}
