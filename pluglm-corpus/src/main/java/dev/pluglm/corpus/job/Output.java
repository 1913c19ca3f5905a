package dev.pluglm.corpus.job;

import dev.pluglm.corpus.shard.ShardOptions;

import java.nio.file.Path;

/** What a corpus is turned into. */
public sealed interface Output {

    /** The file or directory that is written. */
    Path target();

    /**
     * Documents as JSON lines: {@code id, title, text, source} and the metadata. Packed where the name ends in
     * {@code .gz} or {@code .zst}.
     */
    record DocumentLines(Path target) implements Output {}

    /**
     * Passages for a memory, as JSON lines: {@code id} (the document's with {@code #} and a number), {@code title,
     * text, source, metadata}.
     *
     * @param length tokens of a passage at most, with [CLS] and [SEP]
     */
    record PassageLines(Path target, int length) implements Output {}

    /**
     * Passages as the ids of their tokens, {@code [CLS] ... [SEP]} and zeros: a {@code .npy} of [passages, length].
     *
     * @param length tokens of a passage, with [CLS] and [SEP]
     * @param titles whether a passage begins with its document's title
     */
    record TokenArray(Path target, int length, ElementType type, boolean titles) implements Output {}

    /** A directory of LDDL shards (SPEC 4); it must not exist or be empty. */
    record Shards(Path target, ShardOptions options) implements Output {}
}
