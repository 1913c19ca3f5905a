package dev.pluglm.checkpoint;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.tensor.Scope;
import dev.pluglm.text.Vocabulary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A tiny BERT with random weights, as {@code transformers} saves it. */
final class TinyBert {

    private TinyBert() {}

    /** Special tokens and words that no text has. */
    static Vocabulary vocabulary(int size) {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        while (tokens.size() < size) {
            tokens.add("word" + tokens.size());
        }
        return Vocabulary.of(tokens);
    }

    /** A tiny BERT with random weights. */
    static PlugLMModel model() {
        return PlugLMModel.random(PlugLMConfig.of(c -> {
            c.vocabSize = 160;
            c.hiddenSize = 32;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 4;
            c.intermediateSize = 48;
            c.maxPositionEmbeddings = 20;
            c.numMemoryLayers = 0;
            c.initializerRange = 0.2;
        }), 3);
    }

    /** The same, saved as {@code transformers} does. */
    static Path write(Path folder, boolean oldNames) throws IOException {
        Path directory = Files.createTempDirectory(folder, "bert");
        try (PlugLMModel model = model(); Scope _ = Scope.open()) {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            model.parameters().all().forEach((name, tensor) -> tensors.put(
                    oldNames
                            ? name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
                            : name,
                    TorchTensors.stored(tensor)));
            Safetensors.write(directory.resolve("model.safetensors"), tensors);
        }
        Files.writeString(directory.resolve("config.json"),
                "{\"model_type\": \"bert\", \"num_attention_heads\": 4, \"hidden_act\": \"gelu\", \"pad_token_id\": 0}");
        vocabulary(160).write(directory.resolve("vocab.txt"));
        return directory;
    }

    /** A BERT of which something was changed. */
    static Path writeWith(Path folder, Consumer<Map<String, StoredTensor>> change) throws IOException {
        Path directory = write(folder, false);
        Path file = directory.resolve("model.safetensors");
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        try (Weights weights = Weights.open(file)) {
            tensors.putAll(weights.tensors());
            change.accept(tensors);
            Safetensors.write(folder.resolve("changed"), tensors);
        }
        Files.move(folder.resolve("changed"), file, StandardCopyOption.REPLACE_EXISTING);
        return directory;
    }
}
