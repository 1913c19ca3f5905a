package dev.pluglm.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;

import dev.pluglm.disk.AtomicFiles;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The results of a measurement as one JSON object: what was measured, on what, with which seed, and how long. */
final class Report {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            // Else it is written as a URI.
            .addModule(new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance))
            .build();
    private static final ObjectWriter LINE = JSON.writer().without(SerializationFeature.INDENT_OUTPUT);
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final long started = System.nanoTime();

    Report(String measure, EvaluationOptions options) {
        fields.put("measure", measure);
        fields.put("model", options.model.toString());
        fields.put("seed", options.seed);
        fields.put("batch_size", options.batchSize);
    }

    Report with(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    /** Writes the report to the file that was asked for, and to the console if that speaks JSON. */
    void finish(EvaluationOptions options, Console console) {
        fields.put("seconds", Math.round((System.nanoTime() - started) / 1e9));
        Map<String, Object> plain = JSON.convertValue(fields, OBJECT);
        if (options.output != null) {
            write(options.output, plain);
        }
        if (console.isJson()) {
            console.json(plain);
        }
    }

    /** An object as a line of JSON, its names as those of a report. */
    static String line(Map<String, Object> fields) {
        try {
            return LINE.writeValueAsString(fields) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a line cannot be written as JSON", e);
        }
    }

    private static void write(Path file, Map<String, Object> plain) {
        try {
            AtomicFiles.write(file, (JSON.writeValueAsString(plain) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report cannot be written as JSON", e);
        }
    }
}
