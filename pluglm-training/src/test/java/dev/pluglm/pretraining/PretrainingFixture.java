package dev.pluglm.pretraining;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.training.Trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

/** A corpus, a vocabulary and a configuration that are small enough to train on in seconds. */
final class PretrainingFixture {
    private static final List<String> NAMES = List.of("Anna", "Bert", "Carl", "Dora", "Emil", "Fritz", "Gina", "Hugo");
    private static final List<String> PLACES = List.of("Paris", "Rome", "Oslo", "Bern", "Wien", "Prag", "Riga", "Kiel");
    private static final List<String> WORDS = List.of("was born in the city of", "lives in a house in", "went to see",
            "never left the town of", "wrote a book about");

    private PretrainingFixture() {}

    /** Writes vocabulary and texts into a directory. */
    static void write(Path directory) {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        TreeSet<String> words = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            String place = PLACES.get(random.nextInt(PLACES.size()));
            String other = PLACES.get(random.nextInt(PLACES.size()));
            String text = "%s %s %s . Later %s %s %s .".formatted(name, pick(random), place, name, pick(random), other);
            lines.add("{\"id\":\"p%d\",\"title\":\"%s\",\"text\":\"%s\"}".formatted(i, name, text));
            words.addAll(List.of(text.toLowerCase().split(" ")));
        }
        List<String> vocabulary = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        vocabulary.addAll(words);
        try {
            Files.write(directory.resolve("vocab.txt"), vocabulary);
            Files.write(directory.resolve("texts.jsonl"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pick(Random random) {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    /** A run of 12 steps on those texts, which are the memory too; one thread, fp32, no dropout. */
    static PretrainingConfig config(Path directory) {
        PlugLMConfig.Draft model = new PlugLMConfig.Draft();
        model.hiddenSize = 16;
        model.numHiddenLayers = 2;
        model.numAttentionHeads = 2;
        model.intermediateSize = 32;
        model.memoryLayerFfnDim = 16;
        model.maxPositionEmbeddings = 64;
        model.querySize = 8;
        model.memoryK = 3;
        model.hiddenDropoutProb = 0;
        model.attentionProbsDropoutProb = 0;
        PretrainingConfig config = new PretrainingConfig();
        config.model = Optional.of(model);
        config.vocabFile = Optional.of(directory.resolve("vocab.txt"));
        config.dataDir = List.of(directory.resolve("texts.jsonl"));
        config.tokenizedDocumentPath = Optional.of(directory.resolve("texts.jsonl"));
        config.outputDir = directory.resolve("run");
        config.passageTokens = 32;
        config.maxSeqLength = 32;
        config.maxTrainSteps = 12;
        config.totalTrainBatchSizePerDevice = 8;
        config.gradientAccumulationSteps = 2;
        config.learningRate = 1e-2;
        config.refreshingSteps = 5;
        config.ckptSteps = 4;
        config.maxCkpt = 2;
        config.dtype = "fp32";
        config.threads = 1;
        return config;
    }

    /** Hears nothing, and remembers notes and reports. */
    static final class Ear implements Pretraining.Listener {
        final List<String> notes = new ArrayList<>();
        final List<Trainer.Report> reports = new ArrayList<>();
        int encodings;

        @Override
        public void note(String text) {
            notes.add(text);
        }

        @Override
        public void encoding(long done, long passages) {
            encodings += done == passages ? 1 : 0;
        }

        @Override
        public void step(Trainer.Report report) {
            reports.add(report);
        }
    }
}
