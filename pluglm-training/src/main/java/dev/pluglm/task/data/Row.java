package dev.pluglm.task.data;

import dev.pluglm.problem.Shown;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * One record of a file: a line of JSON, a line of a table, a row of Parquet.
 *
 * @param values strings, numbers, booleans, nulls, lists and maps, in the file's order
 */
record Row(SequencedMap<String, Object> values, Place place) {

    private static final List<String> IDS = List.of("id", "idx", "guid", "uuid", "example_id", "index");

    Row {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    /** The first of these that is there. */
    Optional<String> firstOf(String... names) {
        return Stream.of(names).filter(this::has).findFirst();
    }

    /** A text that has to be there. */
    String text(String name) {
        return optionalText(name).orElseThrow(() -> values.containsKey(name)
                ? place.problem("\"%s\" is null; expected a text", Shown.of(name))
                : place.problem("no \"%s\"; expected a text, there is only %s", Shown.of(name), shown(values)));
    }

    Optional<String> optionalText(String name) {
        Object value = values.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text)) {
            throw place.problem("\"%s\" is not a string; expected a text, in JSON with quotes", Shown.of(name));
        }
        return Optional.of(wellFormed(text, name));
    }

    /** A string, number or boolean as it is written; nothing for null and the empty string. */
    Optional<String> word(String name) {
        return Optional.ofNullable(values.get(name)).map(value -> word(value, name)).filter(word -> !word.isEmpty());
    }

    /** A list of strings, numbers or booleans as they are written; one of them alone is a list of one. */
    List<String> words(String name) {
        Object value = values.get(name);
        List<?> list = value instanceof List<?> several ? several : List.of(value);
        List<String> words = new ArrayList<>();
        for (Object each : list) {
            words.add(word(each, name));
        }
        return List.copyOf(words);
    }

    private String word(Object value, String name) {
        return switch (value) {
            case String text -> wellFormed(text, name);
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            case null, default -> throw place.problem("\"%s\" holds %s; expected a string or a number",
                    Shown.of(name), value == null ? "null" : value instanceof List ? "a list" : "an object");
        };
    }

    /** A list of objects; empty if there is none. */
    List<Row> rows(String name) {
        Object value = values.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw place.problem("\"%s\" is not a list; expected a list of objects", Shown.of(name));
        }
        List<Row> rows = new ArrayList<>();
        for (Object each : list) {
            rows.add(row(each, name));
        }
        return rows;
    }

    /** An object inside this one. */
    Row row(Object value, String name) {
        if (!(value instanceof Map<?, ?> map)) {
            throw place.problem("\"%s\" is not an object, or holds something else than objects", Shown.of(name));
        }
        SequencedMap<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, field) -> fields.put(String.valueOf(key), field));
        return new Row(fields, place);
    }

    /** A whole number that has to be there. */
    int wholeNumber(String name) {
        return wholeNumber(values.get(name), name);
    }

    int wholeNumber(Object value, String name) {
        if (value instanceof Integer || value instanceof Long number && number == number.intValue()) {
            return ((Number) value).intValue();
        }
        throw place.problem("\"%s\" is %s; expected a whole number", Shown.of(name), shown(value));
    }

    boolean isTrue(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    /** What the record calls itself, under one of the usual names. */
    Optional<String> id() {
        return firstOf(IDS.toArray(String[]::new)).flatMap(this::word);
    }

    /** Everything but these. */
    SequencedMap<String, Object> without(String... names) {
        SequencedMap<String, Object> others = new LinkedHashMap<>(values);
        List.of(names).forEach(others::remove);
        return others;
    }

    /** A half character would be lost on its way to the tokenizer, and a NUL would end the text there. */
    private String wellFormed(String text, String name) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                throw place.problem("\"%s\" has %s at position %d (\\u%04x); remove it", Shown.of(name),
                        c == 0 ? "a NUL character" : "half a character", i, (int) c);
            }
        }
        return text;
    }

    static String shown(Object value) {
        return value instanceof Map<?, ?> map ? Shown.of(String.join(", ", map.keySet().stream()
                .map(String::valueOf).limit(20).toList())) : Shown.of(String.valueOf(value));
    }
}
