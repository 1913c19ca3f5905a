package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.text.Vocabulary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Writes small random models, whose vocabulary spells every lower case ASCII word. */
final class TinyModel {
    static final int KEY = 16;
    static final int VALUE = 32;

    private TinyModel() {}

    static Path write(Path directory, long seed) {
        return write(directory, seed, _ -> {});
    }

    static Path write(Path directory, long seed, Consumer<PlugLMConfig.Draft> changes) {
        Vocabulary vocabulary = vocabulary();
        PlugLMConfig config = PlugLMConfig.of(c -> {
            c.vocabSize = vocabulary.size();
            c.hiddenSize = VALUE;
            c.numHiddenLayers = 2;
            c.numAttentionHeads = 2;
            c.intermediateSize = 64;
            c.memoryLayerFfnDim = 64;
            c.maxPositionEmbeddings = 128;
            c.querySize = KEY;
            c.initializerRange = 0.5;
            changes.accept(c);
        });
        try (Checkpoint checkpoint = new Checkpoint(PlugLMModel.random(config, seed), vocabulary, "test")) {
            checkpoint.write(directory);
        }
        return directory;
    }

    static Vocabulary vocabulary() {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "capital",
                "of", "is", "france", "paris"));
        for (char c = '!'; c <= '~'; c++) {
            if (!Character.isUpperCase(c)) {
                tokens.add(String.valueOf(c));
            }
            if (Character.isLowerCase(c) || Character.isDigit(c)) {
                tokens.add("##" + c);
            }
        }
        return Vocabulary.of(tokens);
    }
}
