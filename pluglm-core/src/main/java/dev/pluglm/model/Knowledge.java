package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What a memory layer found for each sequence of a batch. {@code k} is the largest number found for any of them, and 0
 * for an empty memory.
 *
 * @param hits rows and similarities
 * @param keys {@code [batch, k, query]}
 * @param values {@code [batch, k, hidden]}
 * @param real {@code [batch, k]} fp32, 1 where a passage was found
 */
record Knowledge(Memory.Hits hits, Tensor keys, Tensor values, Tensor real) {}
