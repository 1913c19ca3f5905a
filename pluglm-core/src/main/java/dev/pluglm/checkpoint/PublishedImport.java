package dev.pluglm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Task;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Device;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A checkpoint of the published code: a state dict and a {@code config.json} with {@code model_args} (SPEC 1.1, 2).
 *
 * <p>Its weights have adapted to the published code's faults, so the configuration is {@code reference_compatible}.
 */
public final class PublishedImport {

    private static final String MODEL_ARGS = "model_args";

    private PublishedImport() {}

    /** Whether this is a configuration that the published code wrote. */
    static boolean isConfig(ObjectNode json) {
        return json.path(MODEL_ARGS).isObject();
    }

    /**
     * Builds the model.
     *
     * @param weights the open file of weights
     * @param weightsFile its path, for messages
     * @param configFile the configuration that was saved beside the weights
     * @param changes to the configuration, before the model is built
     * @throws Problem if weights and configuration do not fit
     */
    public static PlugLMModel build(
            Weights weights,
            Path weightsFile,
            Path configFile,
            Consumer<PlugLMConfig.Draft> changes,
            Precision precision) {
        String file = weightsFile.toString();
        Map<String, StoredTensor> tensors = PublishedNames.withoutAliases(weights.tensors(), file);
        PlugLMConfig config = config(configFile, tensors, changes);
        try (Scope _ = Scope.open()) {
            PlugLMModel model = PlugLMModel.of(
                    config,
                    name -> Optional.ofNullable(tensors.get(name)).map(tensor -> {
                        if (!tensor.type().isFloating()) {
                            throw Problem.of("%s: tensor %s holds numbers of type %s; expected floating ones",
                                    file, name, tensor.type());
                        }
                        return TorchTensors.fp32(tensor);
                    }),
                    new Device("cpu"),
                    precision,
                    0);
            Checkpoint.requireComplete(model, weightsFile);
            requireUsed(tensors.keySet(), model, file);
            return model;
        } catch (Problem e) {
            throw e.in(file);
        }
    }

    static PlugLMConfig config(
            Path configFile, Map<String, StoredTensor> tensors, Consumer<PlugLMConfig.Draft> changes) {
        ObjectNode json = ConfigJson.readObject(configFile);
        if (!isConfig(json)) {
            throw Problem.of("%s: has no object '%s', so it is not a configuration of a published PlugLM",
                    configFile, MODEL_ARGS);
        }
        PlugLMConfig.Draft draft = ConfigJson.lenient((ObjectNode) json.get(MODEL_ARGS), configFile);
        // Models that we exported say so themselves; those of the published code cannot.
        draft.referenceCompatible = json.get(MODEL_ARGS).path("reference_compatible").asBoolean(true);
        draft.task = task(tensors.keySet(), draft.numLabels);
        feedForwardSize(tensors).ifPresent(size -> draft.memoryLayerFfnDim = size);
        changes.accept(draft);
        return draft.build();
    }

    /** The weights decide: the published pre-training ignored a configured size of 0 (SPEC 2). */
    private static OptionalInt feedForwardSize(Map<String, StoredTensor> tensors) {
        return tensors.entrySet().stream()
                .filter(tensor -> tensor.getKey().endsWith(".ffn.0.bias") && tensor.getValue().shape().length == 1)
                .mapToInt(tensor -> Math.toIntExact(tensor.getValue().shape()[0]))
                .findFirst();
    }

    /** The head that the weights are of; one that classifies the text and one that classifies tokens look the same. */
    private static Task task(Set<String> names, int labels) {
        if (names.contains("qa_outputs.weight")) {
            return Task.QUESTION_ANSWERING;
        }
        if (names.contains("regressor.weight")) {
            return Task.YES_NO;
        }
        if (names.contains("classifier.weight")) {
            return labels == 1 ? Task.REGRESSION : Task.CLASSIFICATION;
        }
        return Task.MASKED_LM;
    }

    /** A tensor that the configuration has no place for means that the two do not belong together. */
    private static void requireUsed(Set<String> found, PlugLMModel model, String file) {
        Set<String> unused = new TreeSet<>(found);
        unused.removeAll(model.parameters().all().keySet());
        // The reference builds these heads, or keeps these parts, without using them.
        unused.removeIf(name -> name.startsWith("bert.pooler.")
                || name.startsWith("bert.encoder.retriever.")
                || name.startsWith("cls."));
        if (!unused.isEmpty()) {
            model.close();
            throw Problem.of("%s: has %d tensors that its configuration has no place for, such as %s",
                    file, unused.size(), unused.iterator().next());
        }
    }
}
