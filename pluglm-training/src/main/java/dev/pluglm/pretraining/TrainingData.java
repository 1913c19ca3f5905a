package dev.pluglm.pretraining;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.Progress;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Vocabulary;
import dev.pluglm.training.Ensemble;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a configuration says of the data, opened. */
final class TrainingData {

    /** Small batches are made of samples of like lengths, chosen from so many. */
    private static final int SORTED_TOGETHER = 1024;

    private TrainingData() {}

    /** Shards or texts, whichever {@code data_dir} names. */
    static SampleSource source(PretrainingConfig config, Tokenizer tokenizer, int positions) {
        if (config.dataDir.size() == 1 && holdsShards(config.dataDir.getFirst())) {
            return new ShardSource(config.dataDir.getFirst(), tokenizer.vocabulary(), positions, config.seed);
        }
        WindowOptions windows = WindowOptions.defaults()
                .withMaxTokens(Math.min(config.maxSeqLength, positions))
                .withShortShare(config.shortWindows);
        return TextSource.read(Corpus.of(config.dataDir.stream().map(Path::toString).toList()), ReadOptions.defaults(), tokenizer, windows, config.seed,
                Progress.none());
    }

    private static boolean holdsShards(Path path) {
        if (!Files.exists(path)) {
            throw Problem.of("data_dir %s: there is no such file or directory", path);
        }
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.anyMatch(file -> file.getFileName().toString().contains(".parquet"));
        } catch (IOException e) {
            throw new Problem("data_dir " + path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** This process's share of the updates. */
    static Batches batches(
            PretrainingConfig config, SampleSource source, Vocabulary vocabulary, Ensemble ensemble) {
        return batches(config, source, vocabulary, ensemble, config.ordinaryShare);
    }

    /** The same, to fit memory layers to: what is masked is what a memory helps with, as far as there is such. */
    static Batches batchesToFit(
            PretrainingConfig config, SampleSource source, Vocabulary vocabulary, Ensemble ensemble) {
        return batches(config, source, vocabulary, ensemble, 0);
    }

    private static Batches batches(PretrainingConfig config, SampleSource source, Vocabulary vocabulary,
            Ensemble ensemble, double ordinary) {
        MaskingOptions options = MaskingOptions.defaults()
                .withProbability(config.maskedLmRatio)
                .withMaxMasked(config.maxPredictionsPerSeq == 0 ? Integer.MAX_VALUE : config.maxPredictionsPerSeq);
        Masking masking = switch (config.masking) {
            case RANDOM_TOKENS -> new PublishedMasking(vocabulary, options);
            case WHOLE_WORDS -> new WholeWordMasking(vocabulary, options);
            case SALIENT_SPANS -> new SalientMasking(vocabulary, options, config.salientShare, ordinary);
        };
        int batch = Math.multiplyExact(config.totalTrainBatchSizePerDevice, ensemble.count());
        int pool = Math.max(1, SORTED_TOGETHER / batch);
        return new Batches(source, masking, new BatchPlan(config.seed, batch, config.gradientAccumulationSteps,
                ensemble.rank(), ensemble.count(), pool));
    }
}
