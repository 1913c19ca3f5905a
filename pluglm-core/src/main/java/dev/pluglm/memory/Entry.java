package dev.pluglm.memory;

/**
 * A passage with everything that a memory keeps of it: what is exported, and imported without encoding anything.
 *
 * @param passage the passage; its text may be empty where only tokens are known
 * @param encoded its tokens, key and value; the value is empty in a memory without values
 */
public record Entry(Passage passage, PassageEncoder.Encoded encoded) {}
