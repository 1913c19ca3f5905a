package dev.pluglm.evaluation;

/**
 * A text as a model is asked to fill it.
 *
 * @param tokens token ids with {@code [CLS]} and {@code [SEP]}, unpadded
 * @param masked positions whose tokens are to be predicted, ascending, at least one
 */
record Prompt(int[] tokens, int[] masked) {}
