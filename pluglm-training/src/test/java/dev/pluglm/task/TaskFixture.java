package dev.pluglm.task;

import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.text.Vocabulary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Tiny random models and data that they can learn within seconds. */
final class TaskFixture {

    private static final List<String> GOOD = List.of("good", "great", "fine", "lovely");
    private static final List<String> BAD = List.of("bad", "awful", "poor", "ugly");
    private static final List<String> OTHER = List.of("the", "film", "was", "a", "very", "we", "saw", "it", "and");

    private TaskFixture() {}

    static Path model(Path directory, Consumer<PlugLMConfig.Draft> changes) {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]",
                "[MASK]"));
        tokens.addAll(GOOD);
        tokens.addAll(BAD);
        tokens.addAll(OTHER.stream().filter(word -> word.length() > 1).toList());
        for (char c = '!'; c <= '~'; c++) {
            if (!Character.isUpperCase(c)) {
                tokens.add(String.valueOf(c));
            }
            if (Character.isLowerCase(c) || Character.isDigit(c)) {
                tokens.add("##" + c);
            }
        }
        Vocabulary vocabulary = Vocabulary.of(tokens);
        PlugLMConfig config = PlugLMConfig.of(c -> {
            c.vocabSize = vocabulary.size();
            c.hiddenSize = 32;
            c.numHiddenLayers = 2;
            c.numAttentionHeads = 2;
            c.intermediateSize = 64;
            c.memoryLayerFfnDim = 32;
            c.maxPositionEmbeddings = 64;
            c.querySize = 16;
            c.memoryK = 3;
            c.hiddenDropoutProb = 0;
            c.attentionProbsDropoutProb = 0;
            c.initializerRange = 0.2;
            changes.accept(c);
        });
        try (Checkpoint checkpoint = new Checkpoint(PlugLMModel.random(config, 3), vocabulary, "test")) {
            checkpoint.write(directory);
        }
        return directory;
    }

    static Path memory(Path directory, Path model, int passages) {
        try (PlugLM plugged = PlugLM.load(model)) {
            MemoryStore.create(directory, directory.getFileName().toString(), plugged.encoder(), store -> {
                Random random = new Random(5);
                for (int i = 0; i < passages; i++) {
                    store.add(Passage.of("p" + i, text(random, random.nextBoolean()) + " " + i));
                }
            });
        }
        return directory;
    }

    /** A sentence with one word that tells whether it is good. */
    static String text(Random random, boolean good) {
        List<String> words = new ArrayList<>();
        int length = 2 + random.nextInt(12);
        for (int i = 0; i < length; i++) {
            words.add(OTHER.get(random.nextInt(OTHER.size())));
        }
        List<String> telling = good ? GOOD : BAD;
        words.add(random.nextInt(words.size()), telling.get(random.nextInt(telling.size())));
        return String.join(" ", words);
    }

    /** Labelled sentences. */
    static Path texts(Path file, int count, long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean good = random.nextBoolean();
            lines.add("{\"id\":\"t%d\",\"text\":\"%s\",\"label\":\"%s\",\"note\":%d}".formatted(i, text(random, good),
                    good ? "positive" : "negative", i));
        }
        return write(file, lines);
    }

    static Path write(Path file, List<String> lines) {
        try {
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A few quick epochs on one thread, in fp32. */
    static FinetuningConfig config(Path model, Path train, Path output) {
        FinetuningConfig config = new FinetuningConfig();
        config.model = model;
        config.trainFile = train;
        config.outputDir = output;
        config.maxSeqLen = 32;
        config.learningRate = 2e-3;
        config.numTrainEpochs = 4;
        config.dtype = "fp32";
        config.threads = 1;
        return config;
    }

    static Report run(TaskKind kind, FinetuningConfig config) {
        try (Finetuning finetuning = Finetuning.prepare(kind, config, false, Finetuning.Listener.NONE)) {
            return finetuning.run();
        }
    }

    static JsonNode json(Path file) {
        try {
            return JsonMapper.builder().build().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonNode> lines(Path file) {
        try {
            List<JsonNode> nodes = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                nodes.add(JsonMapper.builder().build().readTree(line));
            }
            return nodes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
