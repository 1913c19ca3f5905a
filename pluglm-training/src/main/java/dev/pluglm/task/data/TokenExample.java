package dev.pluglm.task.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A sentence in words, in which entities are marked.
 *
 * @param id what the file calls it; else empty
 * @param tokens its words, at least one
 * @param tags one for each word, in B, I and O (BIO, IOB2) whatever the file had; nothing if it is not tagged
 * @param row all columns in the file's order, for files of predictions; of CoNLL columns those between word and tag, as
 *            {@code column2} and so on, a list with one entry for each word
 * @param place where its first word stands
 */
public record TokenExample(Optional<String> id, List<String> tokens, Optional<List<String>> tags,
        SequencedMap<String, Object> row, Place place) {

    public TokenExample {
        tokens = List.copyOf(tokens);
        tags = tags.map(List::copyOf);
        row = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(row));
        int size = tokens.size();
        if (size == 0 || tags.isPresent() && tags.get().size() != size) {
            throw place.problem("%d words and %s tags; expected as many tags as words, and at least one", size,
                    tags.map(it -> String.valueOf(it.size())).orElse("no"));
        }
    }
}
