package dev.pluglm.memory;

/**
 * What a memory on disk amounts to.
 *
 * @param name what it is called
 * @param passages passages that can be found
 * @param shape sizes and encoder
 * @param removedButKept passages that were removed or replaced and still take space in the present state
 * @param undoable how many edits can be undone
 * @param segments parts that the index consists of
 * @param bytes size of the directory's files, kept history included
 * @param approximate whether searches go through the graph instead of looking at every key
 */
public record MemoryStats(String name, int passages, MemoryShape shape, int removedButKept, int undoable, int segments,
        long bytes, boolean approximate) {}
