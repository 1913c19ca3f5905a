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
    /** 2: weights may be rounded, and stored once if they are the same ({@link StoredWeights}). */
    private static final int FORMAT_VERSION = 2;
    private static final int FP32_VERSION = 1;
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
        AtomicFiles.createDirectory(directory, into -> {
            try (Scope _ = Scope.open()) {
                writeInto(into, model.memoryEncoderFingerprint(), origin, stored(), Map.of());
            }
        });
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
     * @param weights as {@link StoredWeights} reads them
     * @param sameAs which weights are stored under another name
     */
    void writeInto(Path directory, Optional<String> encoder, String from, Map<String, StoredTensor> weights,
            Map<String, String> sameAs) throws IOException {
        PlugLMConfig config = model.config().with(c -> c.memoryEncoderFingerprint = encoder.orElse(""));
        // Programs that know fp32 only refuse the others, instead of taking int8 for weights.
        boolean plain = sameAs.isEmpty() && WeightFormat.of(weights.values()) == WeightFormat.FP32;
        ObjectNode json = ConfigJson.object();
        json.put("format", FORMAT).put("format_version", plain ? FP32_VERSION : FORMAT_VERSION).put("origin", from);
        json.set("model", ConfigJson.write(config));
        AtomicFiles.write(directory.resolve(CONFIG), ConfigJson.bytes(json));
        vocabulary.write(directory.resolve(VOCABULARY));
        Safetensors.write(directory.resolve(WEIGHTS), weights, sameAs);
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
        try (Safetensors file = Safetensors.open(weightsFile); Scope _ = Scope.open()) {
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
        requireModel(directory);
        Path file = directory.resolve(WEIGHTS);
        try (Safetensors weights = Safetensors.open(file)) {
            return StoredWeights.of(weights, file.toString()).format();
        }
    }

    /** How many bytes the files of a model take. */
    public static long size(Path directory) {
        requireModel(directory);
        long bytes = 0;
        try {
            for (String file : FILES) {
                bytes += Files.size(directory.resolve(file));
            }
            return bytes + Files.size(directory.resolve(Checksums.FILE));
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be read: " + e.getMessage(), e);
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
        if (version < FP32_VERSION || version > FORMAT_VERSION) {
            throw Problem.of(
                    "%s: is a model of format version %d; this program reads version %d to %d; import the model again",
                    directory, version, FP32_VERSION, FORMAT_VERSION);
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
