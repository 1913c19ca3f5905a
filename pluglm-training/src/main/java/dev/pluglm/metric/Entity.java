package dev.pluglm.metric;

/**
 * A marked piece of a sentence.
 *
 * @param start its first word, from 0
 * @param end the word after its last
 * @param type its kind
 */
public record Entity(int start, int end, String type) {}
