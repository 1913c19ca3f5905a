package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a memory layer reads the passages that it found (SPEC 1.2 step 5). */
public enum KnowledgeAttentionType {
    /** Every token attends to the passages' values with several heads, biased by the similarity of query and key. */
    @JsonProperty("multi_head")
    MULTI_HEAD,
    /** Every token attends to the passages' values with one head. */
    @JsonProperty("single_head")
    SINGLE_HEAD,
    /** All tokens receive the same sum of values, weighted by the similarity of query and key. */
    @JsonProperty("sentence_level")
    SENTENCE_LEVEL
}
