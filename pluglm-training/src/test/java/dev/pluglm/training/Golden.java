package dev.pluglm.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pluglm.checkpoint.Safetensors;
import dev.pluglm.checkpoint.StoredTensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers of {@code golden/lamb}: six updates written from the update rule, and the polynomial schedule. */
record Golden(JsonNode numbers, Map<String, Array> tensors) {

    record Array(float[] values, long[] shape) {}

    static Golden lamb() {
        try (Safetensors file = Safetensors.open(path("lamb.safetensors"))) {
            Map<String, Array> tensors = new LinkedHashMap<>();
            file.tensors().forEach((name, tensor) -> tensors.put(name, array(tensor)));
            return new Golden(new ObjectMapper().readTree(path("lamb.json").toFile()), tensors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tensors whose names begin with {@code prefix}, by the rest of their names. */
    Map<String, Array> at(String prefix) {
        Map<String, Array> found = new LinkedHashMap<>();
        tensors.forEach((name, array) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), array);
            }
        });
        return found;
    }

    double number(String name) {
        return numbers.get(name).doubleValue();
    }

    double[] list(String name) {
        return numbers.get(name).valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    private static Array array(StoredTensor tensor) {
        return new Array(tensor.floats(), tensor.shape());
    }

    private static Path path(String name) {
        try {
            return Path.of(Golden.class.getResource("/golden/lamb/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
