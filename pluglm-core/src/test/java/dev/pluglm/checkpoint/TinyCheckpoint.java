package dev.pluglm.checkpoint;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.text.Vocabulary;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Models of two layers and six words, to write, read and compare. */
final class TinyCheckpoint {
    private TinyCheckpoint() {}

    static PlugLMConfig config(Consumer<PlugLMConfig.Draft> changes) {
        return PlugLMConfig.of(c -> {
            c.vocabSize = 6;
            c.hiddenSize = 8;
            c.numHiddenLayers = 2;
            c.numAttentionHeads = 2;
            c.intermediateSize = 16;
            c.memoryLayerFfnDim = 16;
            c.maxPositionEmbeddings = 16;
            c.querySize = 4;
            changes.accept(c);
        });
    }

    /** The special tokens and one word. */
    static Vocabulary vocabulary(String word) {
        return Vocabulary.of(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", word));
    }

    static Checkpoint random(long seed, Consumer<PlugLMConfig.Draft> changes) {
        return new Checkpoint(PlugLMModel.random(config(changes), seed), vocabulary("a"), "test");
    }

    static Map<String, float[]> numbers(Checkpoint model) {
        Map<String, float[]> numbers = new TreeMap<>();
        model.model().tensors().forEach((name, tensor) -> numbers.put(name, Tensors.floats(tensor)));
        return numbers;
    }
}
