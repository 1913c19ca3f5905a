package dev.pluglm.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How many hidden states become one vector. */
public enum PoolerType {
    /** A sum weighted by a learned score of each token. */
    @JsonProperty("attentive")
    ATTENTIVE,
    /** The mean over real tokens. */
    @JsonProperty("avg")
    AVERAGE,
    /** The maximum over real tokens, channel by channel. */
    @JsonProperty("max")
    MAXIMUM,
    /** The first token. */
    @JsonProperty("cls")
    FIRST
}
