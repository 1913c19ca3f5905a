package dev.pluglm.training;

import dev.pluglm.problem.JsonReason;
import dev.pluglm.problem.Problem;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A configuration in a file (YAML or JSON), with flags over it: public fields of a class, each with a description.
 *
 * @param type the class of the configuration
 * @param defaults makes one whose fields have their defaults
 * @param help the command that lists all fields, for messages
 * @param <C> the configuration
 */
public record ConfigFile<C>(Class<C> type, Supplier<C> defaults, String help) {

    private static final YAMLMapper YAML = mapper();

    private static YAMLMapper mapper() {
        YAMLMapper mapper = YAMLMapper.builder()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .build();
        mapper.registerModule(new Jdk8Module());
        // As the user wrote it, not as a URI.
        mapper.registerModule(new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance));
        return mapper;
    }

    /**
     * Reads a configuration file with other values over it.
     *
     * @param file may be absent: everything then has its default
     * @param over values by name, as flags give them; they are read as YAML, so that 0 is a number
     * @throws Problem if a field is not known, or a value does not fit it
     */
    public C read(Optional<Path> file, Map<String, String> over) {
        String place = file.map(Path::toString).orElse("the flags");
        try {
            C config = file.isEmpty() ? defaults.get() : YAML.readValue(Files.readAllBytes(file.get()), type);
            if (config == null) {
                throw Problem.of("%s: is empty; expected fields; %s lists all", place, help);
            }
            place = over.isEmpty() ? place : "flags over " + place;
            return changed(config, over);
        } catch (UnrecognizedPropertyException e) {
            throw Problem.of("%s: the field '%s' is not known%s; %s lists all", place, e.getPropertyName(), line(e),
                    help);
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof Problem problem) {
                throw Problem.of("%s: %s%s", place, problem.getMessage(), line(e));
            }
            String field = e.getPath().stream().map(JsonMappingException.Reference::getFieldName)
                    .filter(name -> name != null).collect(Collectors.joining("."));
            throw new Problem("%s: the field '%s'%s: %s".formatted(place, field, line(e), JsonReason.of(e)), e);
        } catch (JacksonException e) {
            throw new Problem("%s: is not YAML%s: %s".formatted(place, line(e), JsonReason.of(e)), e);
        } catch (IOException e) {
            throw new Problem("%s: cannot be read: %s".formatted(place, e.getMessage()), e);
        }
    }

    private C changed(C config, Map<String, String> over) throws IOException {
        var values = YAML.createObjectNode();
        for (Map.Entry<String, String> value : over.entrySet()) {
            values.set(value.getKey(), YAML.readTree(value.getValue()));
        }
        return YAML.readerForUpdating(config).readValue(values);
    }

    /**
     * A copy of a configuration with other values.
     *
     * @param over values by name, as flags give them
     * @param place where they stand, for messages
     * @throws Problem if a value does not fit its field
     */
    public C with(C config, Map<String, String> over, String place) {
        try {
            return changed(YAML.readValue(write(config), type), over);
        } catch (JacksonException e) {
            throw new Problem("%s: %s".formatted(place, JsonReason.of(e)), e);
        } catch (IOException e) {
            throw new IllegalStateException("values in memory can always be read", e);
        }
    }

    private static String line(JacksonException e) {
        return e.getLocation() == null || e.getLocation().getLineNr() < 1 ? ""
                : " (line " + e.getLocation().getLineNr() + ")";
    }

    /** The configuration as a file, in UTF-8. */
    public byte[] write(C config) {
        try {
            return YAML.writeValueAsString(config).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration can always be written", e);
        }
    }

    /** The configuration as plain values, for reports. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> values(C config) {
        return YAML.convertValue(config, Map.class);
    }

    /** The names of all fields, as in the file, and what each is for, with its default. */
    public Map<String, String> fields() {
        C ofDefaults = defaults.get();
        Map<String, String> fields = new LinkedHashMap<>();
        for (Field field : type.getDeclaredFields()) {
            JsonPropertyDescription description = field.getAnnotation(JsonPropertyDescription.class);
            if (description != null) {
                fields.put(new PropertyNamingStrategies.SnakeCaseStrategy().translate(field.getName()),
                        description.value() + shownDefault(field, ofDefaults));
            }
        }
        return fields;
    }

    /** The names of the fields that hold lists. */
    public Set<String> lists() {
        return fields(field -> field.getType() == List.class);
    }

    /** The names of the fields that are true or false. */
    public Set<String> switches() {
        return fields(field -> field.getType() == boolean.class);
    }

    /** The names of the fields that hold a text or a path, which means what it says, whatever YAML makes of it. */
    public Set<String> texts() {
        return fields(field -> field.getType() == String.class || field.getType() == Path.class
                || field.getGenericType() instanceof ParameterizedType generic && field.getType() == Optional.class
                        && List.of(String.class, Path.class).contains(generic.getActualTypeArguments()[0]));
    }

    private Set<String> fields(Predicate<Field> which) {
        return Arrays.stream(type.getDeclaredFields()).filter(which)
                .map(field -> new PropertyNamingStrategies.SnakeCaseStrategy().translate(field.getName()))
                .collect(Collectors.toSet());
    }

    private String shownDefault(Field field, C ofDefaults) {
        try {
            Object value = field.get(ofDefaults);
            return value == null || value.toString().isEmpty() || value instanceof Optional<?>
                    || value instanceof List<?>
                    ? ""
                    : " Default: " + value + ".";
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("fields of the configuration are public", e);
        }
    }

    /** @throws Problem with that message if something does not hold */
    public static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Problem(otherwise);
        }
    }

    /** @throws Problem that names the field if a number is not within its bounds, which belong to them */
    public static void range(String field, double found, double least, double most) {
        if (!(found >= least && found <= most)) {
            throw Problem.of("%s is %s; expected %s to %s", field, shown(found), shown(least), shown(most));
        }
    }

    private static String shown(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15 ? "%d".formatted((long) number) : "" + number;
    }
}
