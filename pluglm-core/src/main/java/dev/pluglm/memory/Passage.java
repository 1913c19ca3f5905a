package dev.pluglm.memory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One text of a memory, the unit that is found, shown, edited and removed.
 *
 * @param id unique within its memory, not blank
 * @param text what is encoded and shown, not blank
 * @param title what the text is about, encoded before the text where present
 * @param source where the text comes from, for instance a file; passages can be removed by it
 * @param metadata anything else that came with the passage, kept as it was
 */
public record Passage(
        String id, String text, Optional<String> title, Optional<String> source, Map<String, Object> metadata) {

    public Passage {
        // Not Map.copyOf, which mixes up the order and refuses JSON's null.
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** A passage of nothing but a text. */
    public static Passage of(String id, String text) {
        return new Passage(id, text, Optional.empty(), Optional.empty(), Map.of());
    }
}
