package dev.pluglm.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What one edit did to the answer to its question.
 *
 * @param id of the fact
 * @param relation of the fact
 * @param question asks for it
 * @param object the new one
 * @param before the top answer before the edit
 * @param after the top answer after it
 * @param rightBefore whether the answer before was right
 */
public record EditOutcome(String id, String relation, String question, String object, String before, String after,
        boolean rightBefore) {

    /** Whether the answer is the new object. */
    @JsonProperty
    public boolean took() {
        return after.equals(object);
    }

    /** Whether the answer is what it was. */
    @JsonProperty
    public boolean stayed() {
        return after.equals(before);
    }
}
