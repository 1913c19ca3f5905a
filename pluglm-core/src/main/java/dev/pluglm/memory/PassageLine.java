package dev.pluglm.memory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Turns one line of JSON into a passage. */
final class PassageLine {

    private static final String EXAMPLE = "{\"id\": \"1\", \"text\": \"...\"}";
    private static final int DEEPEST_NESTING = 64;
    private static final TypeReference<LinkedHashMap<String, Object>> OBJECT = new TypeReference<>() {};

    // Names twice in an object and text behind it would be lost quietly without these settings.
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST_NESTING)
                    .maxStringLength(TextLines.LONGEST_LINE).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private PassageLine() {}

    /**
     * @param line one JSON object
     * @param where file and line, for messages
     * @param defaultId the id where the line gives none
     * @param textNeeded whether an empty text is a mistake
     */
    static Passage parse(String line, String where, String defaultId, boolean textNeeded) {
        Map<String, Object> fields = object(line, where);
        String text = text(fields, where, textNeeded);
        Optional<String> title = optionalText(fields, "title", where);
        Optional<String> source = optionalText(fields, "source", where);
        String id = id(fields, where, defaultId);
        return new Passage(id, text, title, source, fields);
    }

    private static Map<String, Object> object(String line, String where) {
        String start = line.stripLeading();
        if (start.startsWith("[")) {
            throw Problem.of("%s: a JSON array; expected one JSON object a line (jq -c '.[]' FILE makes such lines)",
                    where);
        }
        try {
            Map<String, Object> fields = JSON.readValue(line, OBJECT);
            if (fields == null) {
                throw Problem.of("%s: null; expected a JSON object like %s", where, EXAMPLE);
            }
            return fields;
        } catch (StreamConstraintsException e) {
            throw new Problem("%s: JSON nested deeper than %d or with a number of more than 1000 digits; simplify it"
                    .formatted(where, DEEPEST_NESTING), e);
        } catch (JsonProcessingException e) {
            int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
            throw new Problem("%s, column %d: not a JSON object (%s); expected one line for each passage, like %s"
                    .formatted(where, column, JsonReason.of(e), EXAMPLE), e);
        }
    }

    private static String text(Map<String, Object> fields, String where, boolean textNeeded) {
        if (!fields.containsKey("text")) {
            throw Problem.of("%s: no \"text\"; expected a passage like %s", where, EXAMPLE);
        }
        if (!(fields.remove("text") instanceof String text)) {
            throw Problem.of("%s: \"text\" is not a string; expected the passage's text in quotes", where);
        }
        if (textNeeded && text.isBlank()) {
            throw Problem.of("%s: \"text\" is empty; give the passage a text or remove the line", where);
        }
        return wellFormed(text, "text", where);
    }

    private static Optional<String> optionalText(Map<String, Object> fields, String name, String where) {
        Object value = fields.remove(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text)) {
            throw Problem.of("%s: \"%s\" is not a string; put it in quotes or remove it", where, name);
        }
        return text.isBlank() ? Optional.empty() : Optional.of(wellFormed(text, name, where));
    }

    private static String id(Map<String, Object> fields, String where, String defaultId) {
        Object value = fields.remove("id");
        return switch (value) {
            case null -> defaultId;
            case Integer number -> number.toString();
            case Long number -> number.toString();
            case BigInteger number -> number.toString();
            case String id -> wellFormed(id, "id", where);
            default -> throw Problem.of("%s: \"id\" is neither a string nor a whole number; put it in quotes", where);
        };
    }

    private static String wellFormed(String text, String name, String where) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw Problem.of("%s: \"%s\" has half a character at position %d (\\u%04x without its partner); "
                        + "remove it", where, name, i, (int) c);
            } else if (c == 0) {
                throw Problem.of("%s: \"%s\" has a NUL character at position %d; remove it", where, name, i);
            }
        }
        return text;
    }
}
