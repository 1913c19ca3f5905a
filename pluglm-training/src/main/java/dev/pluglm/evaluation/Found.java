package dev.pluglm.evaluation;

/**
 * What one memory layer found for one prompt, best first.
 *
 * @param layer counted from 0 at the bottom of the model
 * @param rows the passages
 * @param weights of each, its share of the layer's knowledge attention, 0 to 1: the mean over heads and masked
 *     positions
 */
record Found(int layer, int[] rows, double[] weights) {}
