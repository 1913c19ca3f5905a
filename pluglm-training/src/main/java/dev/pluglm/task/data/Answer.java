package dev.pluglm.task.data;

/**
 * An answer that stands in a text.
 *
 * @param text as the file gives it; in the text it may be written in other case
 * @param start where it begins in the text, in Java's chars (SQuAD counts code points)
 * @param end the char after its last
 */
public record Answer(String text, int start, int end) {}
