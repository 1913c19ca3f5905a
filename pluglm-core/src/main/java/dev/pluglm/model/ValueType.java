package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a memory layer reads of a passage. */
public enum ValueType {
    /** One value: the document encoder's pooled vector, projected; as published. */
    @JsonProperty("pooled")
    POOLED,
    /**
     * One value for each token: its state in the document encoder, projected. Keys are still one a passage. A memory
     * keeps no such values; they are made from the tokens of the passages that were found.
     */
    @JsonProperty("tokens")
    TOKENS
}
