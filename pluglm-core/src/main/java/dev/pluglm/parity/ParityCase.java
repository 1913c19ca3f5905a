package dev.pluglm.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.pluglm.checkpoint.Npy;
import dev.pluglm.checkpoint.PublishedImport;
import dev.pluglm.checkpoint.Safetensors;
import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.checkpoint.Weights;
import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Task;
import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * One folder of numbers computed by the published code: a model, its memory, an input, and what came out. The format is
 * described in {@code docs/parity.md}.
 *
 * @param directory where it lies
 * @param task which head the case is about
 * @param expectedNumbers losses and the like, by name
 * @param expectedTensors an open file of inputs and expected tensors
 */
record ParityCase(Path directory, Task task, JsonNode expectedNumbers, Safetensors expectedTensors)
        implements AutoCloseable {

    private static final String NUMBERS = "expected.json";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, Task> HEADS = Map.of(
            "mlm", Task.MASKED_LM,
            "cls", Task.CLASSIFICATION,
            "reg", Task.REGRESSION,
            "ner", Task.TOKEN_CLASSIFICATION,
            "qa", Task.QUESTION_ANSWERING,
            "yesno", Task.YES_NO);

    /** Whether a folder looks like a case. */
    static boolean isAt(Path directory) {
        return Files.isRegularFile(directory.resolve("expected.safetensors"))
                || Files.isRegularFile(directory.resolve(NUMBERS));
    }

    static ParityCase open(Path directory) {
        Path file = directory.resolve(NUMBERS);
        JsonNode numbers;
        try {
            numbers = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new Problem(file + ": is not JSON: " + JsonReason.of(e), e);
        } catch (IOException e) {
            throw new Problem(file + ": is missing or cannot be read", e);
        }
        String head = numbers.path("head").asText();
        Task task = Optional.ofNullable(HEADS.get(head))
                .orElseThrow(() -> Problem.of("%s: head '%s' is not known; expected one of %s",
                        file, head, HEADS.keySet().stream().sorted().toList()));
        return new ParityCase(directory, task, numbers, Safetensors.open(directory.resolve("expected.safetensors")));
    }

    /** The model of the case, reference-compatible. */
    PlugLMModel model(Precision precision) {
        Path file = directory.resolve("model.pt");
        try (Weights weights = Weights.open(file)) {
            return PublishedImport.build(
                    weights, file, directory.resolve("config.json"), this::adjust, precision);
        }
    }

    private void adjust(PlugLMConfig.Draft draft) {
        draft.task = task;
    }

    /** Its memory, as the published code stored it. */
    ArrayMemory memory(PlugLMConfig config) {
        ArrayMemory.Builder memory = ArrayMemory.builder(
                "memory", Vectors.rounded(numbers("keys.npy", config.querySize()), config.querySize()));
        if (Files.exists(directory.resolve("values.npy"))) {
            memory.values(Vectors.rounded(numbers("values.npy", config.hiddenSize()), config.hiddenSize()));
        }
        if (Files.exists(directory.resolve("documents.npy"))) {
            memory.tokens(documents());
        }
        return memory.build();
    }

    /** Its tokenised passages, without padding. */
    int[][] documents() {
        try (Npy file = Npy.open(directory.resolve("documents.npy"))) {
            StoredTensor stored = file.tensor();
            requireMatrix("documents.npy", stored, -1);
            int length = Math.toIntExact(stored.shape()[1]);
            long[] ids = stored.longs();
            int[][] tokens = new int[Math.toIntExact(stored.shape()[0])][];
            for (int row = 0; row < tokens.length; row++) {
                int end = length;
                while (end > 0 && ids[row * length + end - 1] == 0) {
                    end--;
                }
                tokens[row] = Arrays.stream(ids, row * length, row * length + end).mapToInt(Math::toIntExact).toArray();
            }
            return tokens;
        }
    }

    private float[] numbers(String name, int columns) {
        try (Npy file = Npy.open(directory.resolve(name))) {
            requireMatrix(name, file.tensor(), columns);
            return file.tensor().floats();
        }
    }

    private void requireMatrix(String name, StoredTensor stored, int columns) {
        if (stored.shape().length != 2 || columns >= 0 && stored.shape()[1] != columns) {
            throw Problem.of("%s: has shape %s; expected [passages, %s]", directory.resolve(name),
                    Arrays.toString(stored.shape()), columns < 0 ? "tokens" : Integer.toString(columns));
        }
    }

    /** An input or expected tensor of the case. */
    Optional<StoredTensor> tensor(String name) {
        return Optional.ofNullable(expectedTensors.tensors().get(name));
    }

    /** An input or expected tensor that the case must have. */
    StoredTensor required(String name) {
        return tensor(name).orElseThrow(() -> Problem.of("%s: has no tensor %s",
                directory.resolve("expected.safetensors"), name));
    }

    /** A tensor of whole numbers from 0 to below a limit that the case must have. */
    StoredTensor numbered(String name, int limit) {
        StoredTensor stored = required(name);
        if (stored.type().isFloating()) {
            throw Problem.of("%s holds numbers of type %s; expected whole ones", name, stored.type());
        }
        Arrays.stream(stored.longs()).filter(number -> number < 0 || number >= limit).findFirst().ifPresent(number -> {
            throw Problem.of("%s holds %d; expected 0 to %d", name, number, limit - 1);
        });
        return stored;
    }

    /** An expected number that the case must have. */
    double number(String name) {
        JsonNode number = expectedNumbers.path(name);
        if (!number.isNumber()) {
            throw Problem.of("%s: has no number %s", directory.resolve(NUMBERS), name);
        }
        return number.asDouble();
    }

    /** Expected numbers that the case must have. */
    double[] numbers(String name) {
        JsonNode list = expectedNumbers.path(name);
        if (!list.isArray() || list.isEmpty()) {
            throw Problem.of("%s: has no list of numbers %s", directory.resolve(NUMBERS), name);
        }
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = list.get(i).asDouble(Double.NaN);
        }
        return numbers;
    }

    @Override
    public void close() {
        expectedTensors.close();
    }
}
