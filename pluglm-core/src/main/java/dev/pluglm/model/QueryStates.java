package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which hidden states of a text are pooled into a memory layer's query. */
public enum QueryStates {
    /** Those of the memory layer itself, behind its self-attention: as published (SPEC 1.2 step 1). */
    @JsonProperty("memory_layer")
    MEMORY_LAYER,
    /**
     * Those of the layer at which the document encoder ends. A text is then asked with as passages are encoded, and what
     * its words are counts; the states near the top rather hold what the masked words may be.
     */
    @JsonProperty("document_encoder")
    DOCUMENT_ENCODER
}
