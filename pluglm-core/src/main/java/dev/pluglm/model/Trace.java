package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;

/**
 * Watches a pass through the model: where evidence and the numbers of the parity check come from.
 *
 * <p>Tensors are valid during the call only; copy what is needed later.
 */
public interface Trace {

    /** Sees nothing. */
    Trace NONE = new Trace() {};

    /** The output of a layer, {@code [batch, length, hidden]}. */
    default void hidden(int layer, Tensor states) {}

    /**
     * What a memory layer asks with.
     *
     * @param states which the query is pooled from, {@code [batch, length, hidden]}
     * @param pooled these of each sequence in one vector, which is projected to the query, {@code [batch, hidden]}
     */
    default void asking(int layer, Tensor states, Tensor pooled) {}

    /** What a memory layer reads with: the states behind its self-attention, {@code [batch, length, hidden]}. */
    default void reading(int layer, Tensor states) {}

    /** What a memory layer's memory adds, {@code [batch, length, hidden]}, or {@code [batch, 1, hidden]} for all tokens. */
    default void memory(int layer, Tensor added) {}

    /**
     * What a memory layer found and how it read it.
     *
     * @param hits one query a sequence
     * @param weights attention weights of whole passages, {@code [batch, heads, length, k]}; heads and length are 1
     *     where the knowledge attention has only one for all
     */
    default void lookup(int layer, Memory.Hits hits, Tensor weights) {}

    /**
     * The same, value by value.
     *
     * @param hits one query a sequence
     * @param weights {@code [batch, heads, length, k, values]}: a passage has one value, or one for each of its tokens,
     *     and 0 for what pads these
     */
    default void values(int layer, Memory.Hits hits, Tensor weights) {}
}
