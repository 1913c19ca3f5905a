package dev.pluglm.evaluation;

import dev.pluglm.PlugLM;
import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.text.Vocabulary;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Models small enough to know what they answer, and memories for them. */
final class Readers {
    static final List<String> WORDS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "the", "home", "of",
            "is", "lives", "in", "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "paris", "rome",
            "oslo", "lima", "cairo", "delhi", "new", "york");
    static final List<String> PEOPLE = WORDS.subList(12, 20);
    static final List<String> TOWNS = WORDS.subList(20, 26);

    private Readers() {}

    static int id(String word) {
        return WORDS.indexOf(word);
    }

    /** A model with drawn weights. */
    static PlugLM random(long seed, boolean referenceCompatible) {
        PlugLMConfig config = PlugLMConfig.of(c -> {
            c.vocabSize = WORDS.size();
            c.hiddenSize = 16;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 2;
            c.intermediateSize = 24;
            c.maxPositionEmbeddings = 40;
            c.numMemoryLayers = 2;
            c.memoryLayerFfnDim = 24;
            c.memoryK = 3;
            c.querySize = 8;
            c.initializerRange = 0.5;
            c.referenceCompatible = referenceCompatible;
        });
        return PlugLM.of(new Checkpoint(PlugLMModel.random(config, seed), Vocabulary.of(WORDS), "test"));
    }

    /**
     * A model that finds the passage which shares most words with the text, reads it, and answers with the town that
     * it mentions; of towns that are equally likely, as all are without a memory, with the first of the vocabulary.
     * Embeddings are one-hot, every projection is the identity, everything else is zero.
     */
    static PlugLM reader() {
        int size = WORDS.size();
        PlugLMConfig config = PlugLMConfig.of(c -> {
            c.vocabSize = size;
            c.hiddenSize = size;
            c.numHiddenLayers = 1;
            c.numAttentionHeads = 1;
            c.intermediateSize = 1;
            c.maxPositionEmbeddings = 40;
            c.numMemoryLayers = 1;
            c.memoryLayerFfnDim = 0;
            c.memoryK = 1;
            c.querySize = size;
            c.queryBatchnorm = false;
            c.initializerRange = 0;
        });
        float[] ones = identity(size, 1);
        float[] towns = new float[size * size];
        float[] bias = new float[size];
        for (int word = 0; word < size; word++) {
            boolean town = TOWNS.contains(WORDS.get(word));
            towns[word * size + word] = town ? 1 : 0;
            bias[word] = town ? 0 : -100;
        }
        String layer = "bert.encoder.layer.0.memory_layer.";
        String attention = layer + "know_attn.biased_multihead_attn.";
        Map<String, float[]> matrices = Map.of(
                "bert.embeddings.word_embeddings.weight", ones,
                "bert.encoder.retriever.key_proj.weight", ones,
                "bert.encoder.retriever.value_proj.weight", ones,
                layer + "query_proj.weight", ones,
                attention + "v_proj.weight", ones,
                attention + "out_proj.weight", identity(size, 10),
                "cls.predictions.transform.dense.weight", ones,
                "cls.predictions.decoder.weight", towns);
        PlugLMModel model = PlugLMModel.of(config, name -> {
            if (name.equals("cls.predictions.bias")) {
                return Optional.of(Tensors.of(bias, size));
            }
            return Optional.ofNullable(matrices.get(name)).map(numbers -> square(numbers, size));
        }, new Device("cpu"), Precision.FP32, 0);
        return PlugLM.of(new Checkpoint(model, Vocabulary.of(WORDS), "test"));
    }

    private static Tensor square(float[] numbers, int size) {
        return Tensors.of(numbers, size, size);
    }

    private static float[] identity(int size, float one) {
        float[] numbers = new float[size * size];
        for (int i = 0; i < size; i++) {
            numbers[i * size + i] = one;
        }
        return numbers;
    }

    /** A person lives in a town, and a passage says so. */
    static Fact fact(String person, String town) {
        return new Fact(person, "homes", "lives in", person,
                List.of(person + " lives in [MASK] .", "the home of " + person + " is [MASK] ."), List.of(town),
                List.of(Passage.of("p/" + person, person + " lives in " + town + " .")));
    }

    /** Every person lives in a town, the first of them once more from the seventh on. */
    static Facts facts() {
        List<Fact> facts = java.util.stream.IntStream.range(0, PEOPLE.size())
                .mapToObj(i -> fact(PEOPLE.get(i), TOWNS.get(i % TOWNS.size())))
                .toList();
        return new Facts(facts, Map.of());
    }

    static Path memory(Path directory, PlugLM model, List<Passage> passages) {
        MemoryStore.create(directory, directory.getFileName().toString(), model.encoder(),
                store -> store.add(passages.iterator(), _ -> {}));
        return directory;
    }

    static List<Passage> evidence(Facts facts) {
        return facts.facts().stream().flatMap(fact -> fact.evidence().stream()).toList();
    }
}
