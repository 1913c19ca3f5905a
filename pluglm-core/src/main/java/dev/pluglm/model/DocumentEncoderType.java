package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import dev.pluglm.problem.Problem;

/**
 * What the document encoder runs before it pools: the embedding block, and after it this many of the model's own
 * ordinary layers (SPEC 1.3).
 *
 * @param layers 0 for {@code word_embedding}, N for {@code first_N}
 */
public record DocumentEncoderType(int layers) {

    /** The embedding block alone, as published. */
    public static final DocumentEncoderType WORD_EMBEDDING = new DocumentEncoderType(0);

    private static final String FIRST = "first_";

    /** Reads {@code word_embedding} or {@code first_N}. */
    @JsonCreator
    public static DocumentEncoderType of(String name) {
        if (name.equals("word_embedding")) {
            return WORD_EMBEDDING;
        }
        if (name.matches(FIRST + "[1-9]\\d{0,3}")) {
            return new DocumentEncoderType(Integer.parseInt(name.substring(FIRST.length())));
        }
        throw Problem.of("document encoder '%s' is not known; use word_embedding or first_N", name);
    }

    @JsonValue
    @Override
    public String toString() {
        return layers == 0 ? "word_embedding" : FIRST + layers;
    }
}
