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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model on disk in our own format: a directory with {@code config.json}, {@code model.safetensors}, {@code vocab.txt}
 * and their checksums. It appears whole or not at all.
 *
 * @param model the model
 * @param vocabulary its WordPieces
 * @param origin what the model was made from, in words
 */
public record Checkpoint(PlugLMModel model, Vocabulary vocabulary, String origin) implements AutoCloseable {

    private static final String FORMAT = "pluglm-model";
    private static final int FORMAT_VERSION = 1;
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String VOCABULARY = "vocab.txt";
    private static final List<String> FILES = List.of(CONFIG, WEIGHTS, VOCABULARY);

    /**
     * Writes the model.
     *
     * @param directory must not exist, or be empty
     * @throws Problem if it cannot be written, or the model runs in less than fp32
     */
    public void write(Path directory) {
        AtomicFiles.createDirectory(directory, this::writeInto);
    }

    private void writeInto(Path directory) throws IOException {
        if (model.parameters().precision() != Precision.FP32) {
            throw Problem.of("a model that was loaded as %s has lost precision and is not saved",
                    model.parameters().precision());
        }
        PlugLMConfig config = model.config().with(c ->
                c.memoryEncoderFingerprint = model.memoryEncoderFingerprint().orElse(""));
        ObjectNode json = ConfigJson.object();
        json.put("format", FORMAT).put("format_version", FORMAT_VERSION).put("origin", origin);
        json.set("model", ConfigJson.write(config));
        AtomicFiles.write(directory.resolve(CONFIG), ConfigJson.bytes(json));
        vocabulary.write(directory.resolve(VOCABULARY));
        try (Scope _ = Scope.open()) {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            model.tensors().forEach((name, tensor) -> tensors.put(name, TorchTensors.stored(tensor)));
            Safetensors.write(directory.resolve(WEIGHTS), tensors);
        }
        Checksums.write(directory, FILES);
    }

    /** Whether there is a model of this format in a directory, whatever its version. */
    public static boolean isAt(Path directory) {
        Path config = directory.resolve(CONFIG);
        return Files.isRegularFile(config) && FORMAT.equals(ConfigJson.readObject(config).path("format").asText());
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
        ObjectNode json = requireWhole(directory, FILES);
        Path configFile = directory.resolve(CONFIG);
        PlugLMConfig config = ConfigJson.strict(json.path("model"), configFile).build();
        Vocabulary vocabulary = Vocabulary.read(directory.resolve(VOCABULARY));
        requireFit(vocabulary, config, directory.resolve(VOCABULARY));
        Path weightsFile = directory.resolve(WEIGHTS);
        try (Weights weights = Safetensors.open(weightsFile); Scope _ = Scope.open()) {
            PlugLMModel model = PlugLMModel.of(
                    config,
                    name -> Optional.ofNullable(weights.tensors().get(name)).map(TorchTensors::fp32),
                    device,
                    precision,
                    0);
            requireComplete(model, weightsFile);
            return new Checkpoint(model, vocabulary, json.path("origin").asText());
        }
    }

    /** @throws Problem if there is no model, or a file of it is missing, damaged or was changed */
    public static void verify(Path directory) {
        requireWhole(directory, FILES);
    }

    /**
     * Reads nothing but a model's vocabulary.
     *
     * @throws Problem if there is no model, its vocabulary is damaged, or its version is not known
     */
    public static Vocabulary readVocabulary(Path directory) {
        requireWhole(directory, List.of(VOCABULARY));
        return Vocabulary.read(directory.resolve(VOCABULARY));
    }

    /** The configuration file of a model of a known version, these files of which are as they were written. */
    private static ObjectNode requireWhole(Path directory, List<String> files) {
        requireModel(directory);
        ObjectNode json = ConfigJson.readObject(directory.resolve(CONFIG));
        int version = json.path("format_version").asInt(-1);
        if (version != FORMAT_VERSION) {
            throw Problem.of(
                    "%s: is a model of format version %d; this program reads version %d; import the model again",
                    directory, version, FORMAT_VERSION);
        }
        try {
            Checksums.verify(directory, files);
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be read: " + e.getMessage(), e);
        }
        return json;
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

    private static void requireModel(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw Problem.of("%s: there is no such model directory; pluglm model import makes one", directory);
        }
        if (!isAt(directory)) {
            throw Problem.of("%s: is not a PlugLM model of ours; if it is a checkpoint of another kind, "
                    + "convert it with pluglm model import", directory);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
