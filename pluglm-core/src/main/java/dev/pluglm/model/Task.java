package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the head on top of the hidden states predicts (SPEC 1.2, 5). */
public enum Task {
    /** The token behind each mask. */
    @JsonProperty("masked_lm")
    MASKED_LM,
    /** One of several labels for the whole input. */
    @JsonProperty("classification")
    CLASSIFICATION,
    /** Any number of several labels for the whole input. */
    @JsonProperty("multi_label")
    MULTI_LABEL,
    /** A number for the whole input. */
    @JsonProperty("regression")
    REGRESSION,
    /** One of several labels for each token. */
    @JsonProperty("token_classification")
    TOKEN_CLASSIFICATION,
    /** Where an answer starts and ends. */
    @JsonProperty("question_answering")
    QUESTION_ANSWERING,
    /** Whether the answer is yes. */
    @JsonProperty("yes_no")
    YES_NO
}
