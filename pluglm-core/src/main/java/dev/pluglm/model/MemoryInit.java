package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where the weights around the memory start, as far as they are drawn and not given. */
public enum MemoryInit {
    /** As the published code draws them (SPEC 1.1). */
    @JsonProperty("published")
    PUBLISHED,
    /**
     * So that a trained BERT computes the same as before when a memory is added, and finds related passages from the
     * first step on: see {@link WarmStart}.
     */
    @JsonProperty("warm_start")
    WARM_START
}
