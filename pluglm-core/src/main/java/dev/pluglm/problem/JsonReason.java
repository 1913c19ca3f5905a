package dev.pluglm.problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is wrong with JSON, without the names of classes and features that the parser tells with it. */
public final class JsonReason {

    private JsonReason() {}

    /** A short line, fit to stand in a message. */
    public static String of(JacksonException e) {
        if (e instanceof JsonEOFException) {
            return "it ends too early";
        }
        if (e instanceof InvalidFormatException wrong) {
            return "%s is not %s".formatted(Shown.of(String.valueOf(wrong.getValue())), kind(wrong.getTargetType()));
        }
        String reason = e.getOriginalMessage().lines().findFirst().orElse("damaged");
        return Shown.of(reason
                .replaceFirst(" \\(start marker.*|: was expecting.*|: expected a valid value.*|: enable `.*", "")
                .replaceFirst("^Cannot deserialize .*", "it is something else")
                .replaceFirst("^Trailing token .*", "something stands behind its end"));
    }

    private static String kind(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).map(it -> ((Enum<?>) it).name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        return type == boolean.class || type == Boolean.class ? "true or false" : "a fitting number";
    }
}
