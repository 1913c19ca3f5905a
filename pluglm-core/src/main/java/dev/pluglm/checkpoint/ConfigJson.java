package dev.pluglm.checkpoint;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Configurations as JSON, with one line about what is wrong in them. */
final class ConfigJson {

    /** A configuration is small; a larger file is something else. */
    private static final long LARGEST = 16 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL))
            .build();

    private static final Set<String> FIELDS = fields();

    private ConfigJson() {}

    /** The object in a JSON file. */
    static ObjectNode readObject(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw Problem.of("%s: has %d bytes, too many for a configuration", file, Files.size(file));
            }
            if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode object) {
                return object;
            }
            throw Problem.of("%s: holds no JSON object", file);
        } catch (JsonProcessingException e) {
            throw new Problem(file + ": is not JSON: " + describe(e), e);
        } catch (IOException e) {
            throw new Problem(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The configuration in an object of our own making: a field that is not known is a mistake. */
    static PlugLMConfig.Draft strict(JsonNode object, Path file) {
        try {
            return JSON.treeToValue(object, PlugLMConfig.Draft.class);
        } catch (UnrecognizedPropertyException e) {
            throw Problem.of("%s: the field '%s' is not known", file, e.getPropertyName());
        } catch (JsonMappingException e) {
            throw new Problem(file + ": " + field(e) + describe(e), e);
        } catch (JsonProcessingException e) {
            throw new Problem(file + ": " + describe(e), e);
        }
    }

    /** The configuration in somebody else's object: takes the fields that we know, and those that are null as absent. */
    static PlugLMConfig.Draft lenient(ObjectNode object, Path file) {
        ObjectNode known = JSON.createObjectNode();
        object.properties().stream()
                .filter(field -> FIELDS.contains(field.getKey()) && !field.getValue().isNull())
                .forEach(field -> known.set(field.getKey(), field.getValue()));
        return strict(known, file);
    }

    static ObjectNode write(PlugLMConfig config) {
        return JSON.valueToTree(config);
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return (JSON.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    private static Set<String> fields() {
        Set<String> names = new HashSet<>();
        JSON.valueToTree(PlugLMConfig.of(_ -> {})).fieldNames().forEachRemaining(names::add);
        return Set.copyOf(names);
    }

    private static String field(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .collect(Collectors.joining("."));
        return path.isEmpty() ? "" : "the field '" + path + "': ";
    }

    private static String describe(JsonProcessingException e) {
        String place = e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : " (line " + e.getLocation().getLineNr() + ")";
        return JsonReason.of(e) + place;
    }
}
