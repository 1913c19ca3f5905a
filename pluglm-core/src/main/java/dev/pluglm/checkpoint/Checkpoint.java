package dev.pluglm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.text.Vocabulary;

import org.bytedeco.pytorch.Device;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model on disk in our own format: a directory with {@code config.json}, {@code model.safetensors}, {@code vocab.txt}
 * and their checksums. It appears whole or not at all. {@link ModelCompression} writes it in fewer bytes.
 *
 * @param model the model
 * @param vocabulary its WordPieces
 * @param origin what the model was made from, in words
 */
public record Checkpoint(PlugLMModel model, Vocabulary vocabulary, String origin) implements AutoCloseable {

    /**
     * Writes the model, in fp32.
     *
     * @param directory must not exist, or be empty
     * @throws Problem if it cannot be written, or the model runs in less than fp32
     */
    public void write(Path directory) {
        try (Scope _ = Scope.open()) {
            write(directory, model.memoryEncoderFingerprint(), origin,
                    new StoredWeights(directory.toString(), stored(), Map.of()), false);
        }
    }

    /** All weights in fp32, valid in the enclosing {@link Scope}. */
    Map<String, StoredTensor> stored() {
        if (model.parameters().precision() != Precision.FP32) {
            throw Problem.of("a model that was loaded as %s has lost precision and is not saved",
                    model.parameters().precision());
        }
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        model.tensors().forEach((name, tensor) -> tensors.put(name, TorchTensors.stored(tensor)));
        return tensors;
    }

    /**
     * Writes this model with other weights.
     *
     * @param encoder fingerprint of the memory encoder with these weights
     * @param from what they were made from
     */
    void write(Path directory, Optional<String> encoder, String from, StoredWeights weights, boolean zipped) {
        PlugLMConfig config = model.config().with(c -> c.memoryEncoderFingerprint = encoder.orElse(""));
        AtomicFiles.createDirectory(
                directory, into -> new ModelDirectory(into).write(from, config, vocabulary, weights, zipped));
    }

    /** Whether there is a model of this format in a directory, whatever its version. */
    public static boolean isAt(Path directory) {
        return new ModelDirectory(directory).isModel();
    }

    /** Reads the model in fp32, on the CPU. */
    public static Checkpoint read(Path directory) {
        return read(directory, new Device("cpu"), Precision.FP32);
    }

    /**
     * Reads a model.
     *
     * @throws Problem if there is none, it is damaged, or its version is not known
     */
    public static Checkpoint read(Path directory, Device device, Precision precision) {
        ModelDirectory files = new ModelDirectory(directory);
        ObjectNode json = files.requireWhole();
        PlugLMConfig config = ConfigJson.strict(json.path("model"), files.config()).build();
        Vocabulary vocabulary = Vocabulary.read(files.vocabulary());
        requireFit(vocabulary, config, files.vocabulary());
        Path weightsFile = files.weightsFile(json);
        try (Safetensors file = files.openWeights(json); Scope _ = Scope.open()) {
            StoredWeights weights = StoredWeights.of(file, weightsFile.toString());
            PlugLMModel model = PlugLMModel.of(config, weights::get, device, precision, 0);
            requireComplete(model, weightsFile);
            return new Checkpoint(model, vocabulary, json.path("origin").asText());
        }
    }

    /**
     * In which numbers a model's weights are stored.
     *
     * @throws Problem if there is no model, or its weights are not stored as they should be
     */
    public static WeightFormat weightFormat(Path directory) {
        ModelDirectory files = new ModelDirectory(directory);
        ObjectNode json = files.requireConfig();
        try (Safetensors weights = files.openWeights(json)) {
            return StoredWeights.of(weights, files.weightsFile(json).toString()).format();
        }
    }

    /** How many bytes the files of a model take. */
    public static long size(Path directory) {
        return new ModelDirectory(directory).size();
    }

    /** @throws Problem if there is no model, or a file of it is missing, damaged or was changed */
    public static void verify(Path directory) {
        new ModelDirectory(directory).requireWhole();
    }

    /**
     * Reads nothing but a model's vocabulary.
     *
     * @throws Problem if there is no model, its vocabulary is damaged, or its version is not known
     */
    public static Vocabulary readVocabulary(Path directory) {
        ModelDirectory files = new ModelDirectory(directory);
        files.requireVocabulary();
        return Vocabulary.read(files.vocabulary());
    }

    /** Every id that the vocabulary gives must have an embedding. */
    static void requireFit(Vocabulary vocabulary, PlugLMConfig config, Path file) {
        if (vocabulary.size() != config.vocabSize()) {
            throw Problem.of(
                    "%s: has %d WordPieces, but the model's vocab_size is %d: it belongs to another model",
                    file, vocabulary.size(), config.vocabSize());
        }
    }

    static void requireComplete(PlugLMModel model, Path file) {
        List<String> missing = model.parameters().fresh();
        if (!missing.isEmpty()) {
            model.close();
            throw Problem.of("%s: lacks %d tensors that the configuration asks for, such as %s",
                    file, missing.size(), missing.getFirst());
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
