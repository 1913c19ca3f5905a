package dev.pluglm.task.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A fact with its object left out.
 *
 * @param id what the file calls it; else empty
 * @param relation what kind of fact it is
 * @param text the statement, with one {@value #MASK} where the object belongs
 * @param subject what it is about; empty where the file does not tell
 * @param object what is right
 * @param row all fields in the file's order
 * @param place where it stands
 */
public record ClozeExample(Optional<String> id, String relation, String text, String subject, String object,
        SequencedMap<String, Object> row, Place place) {

    /** Stands for the object. */
    public static final String MASK = "[MASK]";

    public ClozeExample {
        row = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(row));
    }
}
