package dev.pluglm.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of a model on disk: {@code config.json}, {@code vocab.txt}, their checksums, and the weights in
 * {@code model.safetensors} or, zipped, in {@code model.safetensors.zip}.
 *
 * @param path the directory
 */
record ModelDirectory(Path path) {

    private static final String FORMAT = "pluglm-model";
    /** 2: weights may be rounded, stored once if they are the same ({@link StoredWeights}), and zipped. */
    private static final int VERSION = 2;
    private static final int PLAIN_VERSION = 1;
    private static final String CONFIG = "config.json";
    private static final String VOCABULARY = "vocab.txt";
    private static final String WEIGHTS = "model.safetensors";
    private static final String ZIPPED = WEIGHTS + ".zip";

    boolean isModel() {
        return Files.isRegularFile(config()) && FORMAT.equals(ConfigJson.readObject(config()).path("format").asText());
    }

    Path config() {
        return path.resolve(CONFIG);
    }

    Path vocabulary() {
        return path.resolve(VOCABULARY);
    }

    /** Writes the files of a model. */
    void write(String origin, PlugLMConfig config, Vocabulary words, StoredWeights weights, boolean zipped)
            throws IOException {
        // Programs that know plain fp32 only refuse the others, instead of taking int8 for weights.
        boolean plain = !zipped && weights.isPlain();
        ObjectNode json = ConfigJson.object();
        json.put("format", FORMAT).put("format_version", plain ? PLAIN_VERSION : VERSION).put("origin", origin);
        if (zipped) {
            json.put("weights", ZIPPED);
        }
        json.set("model", ConfigJson.write(config));
        AtomicFiles.write(config(), ConfigJson.bytes(json));
        words.write(vocabulary());
        weights.write(path.resolve(WEIGHTS));
        if (zipped) {
            Safetensors.zip(path.resolve(WEIGHTS), path.resolve(ZIPPED));
        }
        Checksums.write(path, List.of(CONFIG, zipped ? ZIPPED : WEIGHTS, VOCABULARY));
    }

    /**
     * The configuration file of a model of a known version that is as it was written.
     *
     * @throws Problem if there is none
     */
    ObjectNode requireConfig() {
        return requireWhole(List.of(CONFIG));
    }

    /** As {@link #requireConfig}, and the vocabulary too is as it was written. */
    ObjectNode requireVocabulary() {
        return requireWhole(List.of(CONFIG, VOCABULARY));
    }

    /** As {@link #requireConfig}, and all files are as they were written. */
    ObjectNode requireWhole() {
        requireModel();
        return requireWhole(List.of(CONFIG, VOCABULARY, weights(ConfigJson.readObject(config()))));
    }

    private ObjectNode requireWhole(List<String> files) {
        requireModel();
        ObjectNode json = ConfigJson.readObject(config());
        int version = json.path("format_version").asInt(-1);
        if (version < PLAIN_VERSION || version > VERSION) {
            throw Problem.of(
                    "%s: is a model of format version %d; this program reads version %d to %d; import the model again",
                    path, version, PLAIN_VERSION, VERSION);
        }
        try {
            Checksums.verify(path, files);
        } catch (IOException e) {
            throw unreadable(e);
        }
        return json;
    }

    /** The file of weights, opened. */
    Safetensors openWeights(ObjectNode json) {
        Path file = weightsFile(json);
        return file.endsWith(ZIPPED) ? Safetensors.openZipped(file, WEIGHTS) : Safetensors.open(file);
    }

    Path weightsFile(ObjectNode json) {
        return path.resolve(weights(json));
    }

    private String weights(ObjectNode json) {
        String name = json.path("weights").asText(WEIGHTS);
        if (!name.equals(WEIGHTS) && !name.equals(ZIPPED)) {
            throw Problem.of("%s: says that the weights are in %s; expected %s or %s", config(), Shown.quoted(name),
                    WEIGHTS, ZIPPED);
        }
        return name;
    }

    /** How many bytes the files take. */
    long size() {
        List<String> files = new ArrayList<>(List.of(CONFIG, VOCABULARY, Checksums.FILE));
        files.add(weights(requireConfig()));
        long bytes = 0;
        try {
            for (String file : files) {
                bytes += Files.size(path.resolve(file));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return bytes;
    }

    private void requireModel() {
        if (!Files.isDirectory(path)) {
            throw Problem.of("%s: there is no such model directory; pluglm model import makes one", path);
        }
        if (!isModel()) {
            throw Problem.of("%s: is not a PlugLM model of ours; if it is a checkpoint of another kind, "
                    + "convert it with pluglm model import", path);
        }
    }

    private Problem unreadable(IOException e) {
        return new Problem(path + ": cannot be read: " + e.getMessage(), e);
    }
}
