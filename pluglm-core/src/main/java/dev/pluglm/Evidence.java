package dev.pluglm;

/**
 * A passage that a prediction looked at.
 *
 * @param layer the memory layer that found it, counted from 0 at the bottom of the model
 * @param memory the name of the memory it is in
 * @param id its id in that memory
 * @param text what it says
 * @param similarity inner product of query and key
 * @param weight its share of the layer's knowledge attention, 0 to 1: the mean over heads and masked positions
 */
public record Evidence(int layer, String memory, String id, String text, float similarity, float weight) {}
