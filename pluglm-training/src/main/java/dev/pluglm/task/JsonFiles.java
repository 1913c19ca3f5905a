package dev.pluglm.task;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.metric.PrecisionRecall;
import dev.pluglm.problem.Problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Results as JSON files. */
final class JsonFiles {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonMapper INDENTED = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonFiles() {}

    /** One object, for people to read too. */
    static void object(Path file, Object object) {
        AtomicFiles.write(file, text(INDENTED, object).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * An object that was written before.
     *
     * @throws Problem if it is damaged
     */
    static <T> T read(Path file, Class<T> type) {
        try {
            return Optional.ofNullable(INDENTED.readValue(Files.readAllBytes(file), type)).orElseThrow(() ->
                    Problem.of("%s: is empty; delete it", file));
        } catch (IOException e) {
            throw new Problem("%s: is damaged (%s); delete it".formatted(file,
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")), e);
        }
    }

    /** One object a line. */
    static void lines(Path file, List<Map<String, Object>> rows) {
        StringBuilder lines = new StringBuilder();
        rows.forEach(row -> lines.append(text(JSON, row)).append('\n'));
        AtomicFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** How well a type of things was found. */
    static Map<String, Object> counts(PrecisionRecall counts) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("f1", counts.f1());
        line.put("precision", counts.precision());
        line.put("recall", counts.recall());
        line.put("marked", counts.expected());
        return line;
    }

    private static String text(JsonMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result cannot be written as JSON", e);
        }
    }
}
