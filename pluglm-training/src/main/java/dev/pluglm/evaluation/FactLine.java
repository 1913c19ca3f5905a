package dev.pluglm.evaluation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One line of a file of facts: an object whose fields are asked for by name, with messages that tell the place. */
record FactLine(JsonNode fields, String place) {
    static final String MASK = "[MASK]";
    static final String EXAMPLE = "{\"question\": \"Paris is in [MASK] .\", \"answers\": [\"France\"]}";

    private static final int DEEPEST_NESTING = 64;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST_NESTING).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    static FactLine parse(String line, String place) {
        return parse(line, place, EXAMPLE);
    }

    /** @param example what was expected */
    static FactLine parse(String line, String place, String example) {
        try {
            JsonNode fields = JSON.readTree(line);
            if (!fields.isObject()) {
                throw Problem.of("%s: not a JSON object; expected one like %s", place, example);
            }
            return new FactLine(fields, place);
        } catch (JsonProcessingException e) {
            throw new Problem("%s: not JSON (%s); expected one like %s".formatted(place,
                    JsonReason.of(e), example), e);
        }
    }

    boolean has(String name) {
        return !fields.path(name).isMissingNode() && !fields.path(name).isNull();
    }

    /** A text that has to be there. */
    String text(String name) {
        return optionalText(name).orElseThrow(() -> Problem.of("%s: no \"%s\"; expected a text", place, name));
    }

    Optional<String> optionalText(String name) {
        JsonNode value = fields.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw Problem.of("%s: \"%s\" is not a string; expected a text in quotes", place, name);
        }
        if (value.asText().isBlank()) {
            throw Problem.of("%s: \"%s\" is empty; expected a text", place, name);
        }
        return Optional.of(value.asText());
    }

    /** The first of these that is there. */
    Optional<String> firstOf(String... names) {
        return Stream.of(names).filter(this::has).findFirst().flatMap(this::optionalText);
    }

    boolean isTrue(String name) {
        return fields.path(name).asBoolean(false);
    }

    /** A list of texts; empty where there is none. */
    List<String> texts(String name) {
        JsonNode value = fields.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        value.forEach(each -> texts.add(each.isTextual() && !each.asText().isBlank() ? each.asText() : ""));
        if (!value.isArray() || texts.contains("")) {
            throw Problem.of("%s: \"%s\" is not a list of texts; expected for instance [\"one\", \"another\"]", place,
                    name);
        }
        return texts;
    }

    /** A list of objects, or a single one; empty where there is none. */
    List<FactLine> objects(String name) {
        JsonNode value = fields.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        List<FactLine> objects = new ArrayList<>();
        if (value.isObject()) {
            objects.add(new FactLine(value, place));
        } else {
            value.forEach(each -> objects.add(new FactLine(each, place)));
        }
        if (value.isValueNode() || objects.stream().anyMatch(each -> !each.fields.isObject())) {
            throw Problem.of("%s: \"%s\" is neither an object nor a list of objects", place, name);
        }
        return objects;
    }

    /** How many masks a text has. */
    static int masks(String text) {
        return text.split("\\[MASK]", -1).length - 1;
    }

    /** Refuses a text to fill that has not exactly one mask. */
    String masked(String text) {
        if (masks(text) == 0) {
            throw Problem.of("%s: the question has no %s: \"%s\"", place, MASK, Shown.of(text));
        }
        if (masks(text) > 1) {
            throw Problem.of("%s: the question has more than one %s: \"%s\"", place, MASK, Shown.of(text));
        }
        return text;
    }
}
