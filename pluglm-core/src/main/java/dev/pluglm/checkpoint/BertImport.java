package dev.pluglm.checkpoint;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.SilentMemory;
import dev.pluglm.model.Task;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A BERT as the start of a PlugLM.
 *
 * <p>Without loss: where a memory layer's feed-forward block has BERT's size it takes over BERT's, and what the memory
 * adds is zero until it is trained, so the new model computes what the BERT does. The reference's own start
 * ({@code init_from_bert}, SPEC 3) copies tensors of the same name only and loses the feed-forward blocks of memory
 * layers; it is what a {@code memory_layer_ffn_dim} of another size gives.
 */
final class BertImport {

    private static final Pattern LAYER = Pattern.compile("(bert\\.encoder\\.layer\\.(\\d+)\\.)(.*)");

    private final BertWeights bert;
    private final PlugLMConfig config;
    private final List<String> missing = new ArrayList<>();

    private BertImport(BertWeights bert, PlugLMConfig config) {
        this.bert = bert;
        this.config = config;
    }

    /** Fills in what the weights say of the model's sizes. */
    static void sizes(BertWeights bert, PlugLMConfig.Draft c) {
        String words = "bert.embeddings.word_embeddings.weight";
        c.vocabSize = bert.size(words, 0);
        c.hiddenSize = bert.size(words, 1);
        c.maxPositionEmbeddings = bert.size("bert.embeddings.position_embeddings.weight", 0);
        c.typeVocabSize = bert.size("bert.embeddings.token_type_embeddings.weight", 0);
        c.numHiddenLayers = bert.layers();
        c.intermediateSize = bert.size("bert.encoder.layer.0.intermediate.dense.weight", 0);
        c.memoryLayerFfnDim = c.intermediateSize;
        c.task = Task.MASKED_LM;
    }

    /**
     * Builds the model; weights of the memory, which BERT does not have, are drawn.
     *
     * @throws Problem if the BERT lacks some of its own
     */
    static PlugLMModel build(BertWeights bert, PlugLMConfig config, long seed) {
        if (config.task() == Task.MASKED_LM && !bert.hasMaskedLmHead()) {
            throw Problem.of("%s: was saved without its masked-LM head (cls.predictions), so it can fill no masks",
                    bert.file());
        }
        BertImport source = new BertImport(bert, config);
        try (Scope _ = Scope.open()) {
            PlugLMModel model = PlugLMModel.of(config, source::weight, new Device("cpu"), Precision.FP32, seed);
            if (!source.missing.isEmpty()) {
                model.close();
                throw Problem.of("%s: lacks %d tensors of a BERT of %d layers, such as %s: is it a part of a model?",
                        bert.file(), source.missing.size(), config.numHiddenLayers(), source.missing.getFirst());
            }
            return model;
        } catch (Problem e) {
            throw e.in(bert.file());
        }
    }

    private Optional<Tensor> weight(String name) {
        Optional<Tensor> silent = SilentMemory.weight(name, config);
        if (silent.isPresent()) {
            return silent;
        }
        Matcher layer = LAYER.matcher(name);
        if (layer.matches() && config.isMemoryLayer(Integer.parseInt(layer.group(2)))) {
            return inMemoryLayer(layer.group(1), layer.group(3));
        }
        boolean ofBert = layer.matches() || name.startsWith("bert.embeddings.") || name.startsWith("cls.");
        return ofBert ? required(name) : bert.get(name);
    }

    private Optional<Tensor> required(String name) {
        Optional<Tensor> tensor = bert.get(name);
        if (tensor.isEmpty()) {
            missing.add(name);
        }
        return tensor;
    }

    private Optional<Tensor> inMemoryLayer(String layer, String name) {
        boolean sameSize = config.memoryLayerFfnDim() == config.intermediateSize();
        if (name.startsWith("attention.")) {
            return required(layer + name);
        }
        if (name.startsWith("ffn.0.") && sameSize) {
            return required(layer + "intermediate.dense." + name.substring("ffn.0.".length()));
        }
        if (name.startsWith("ffn.1.") && sameSize) {
            return required(layer + "output.dense." + name.substring("ffn.1.".length()));
        }
        if (name.startsWith("LayerNorm.") && sameSize) {
            return required(layer + "output." + name);
        }
        return Optional.empty();
    }
}
