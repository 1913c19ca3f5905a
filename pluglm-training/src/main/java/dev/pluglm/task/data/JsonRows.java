package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.pluglm.memory.TextLines;
import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;

/** JSON lines: one object a line. */
final class JsonRows implements RowReader {

    private static final TypeReference<LinkedHashMap<String, Object>> OBJECT = new TypeReference<>() {};
    private static final JsonMapper JSON = Json.lines().rebuild().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path file;
    private final TextLines lines;
    private Optional<String> line;

    /** @param line the one that was read last */
    JsonRows(Path file, TextLines lines, String line) {
        this.file = file;
        this.lines = lines;
        this.line = Optional.of(line);
    }

    static JsonRows open(Path file) {
        TextLines lines = TextLines.open(file);
        try {
            return new JsonRows(file, lines, RowReader.firstLine(file, lines));
        } catch (Problem e) {
            lines.close();
            throw e;
        }
    }

    @Override
    public Optional<Row> next() {
        while (line.isPresent() && line.get().isBlank()) {
            line = lines.next();
        }
        if (line.isEmpty()) {
            return Optional.empty();
        }
        Row row = row(line.get(), Place.line(file, lines.lineNumber()));
        line = Optional.of("");
        return Optional.of(row);
    }

    private static Row row(String line, Place place) {
        if (line.stripLeading().startsWith("[")) {
            throw place.problem("a JSON array; expected one JSON object a line (jq -c '.[]' FILE makes such lines)");
        }
        try {
            LinkedHashMap<String, Object> values = JSON.readValue(line, OBJECT);
            if (values == null) {
                throw place.problem("null; expected a JSON object");
            }
            return new Row(values, place);
        } catch (JsonProcessingException e) {
            int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
            throw new Problem("%s, column %d: not a JSON object (%s); expected one object a line".formatted(place,
                    column, JsonReason.of(e)), e);
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
