package dev.pluglm.corpus.job;

import dev.pluglm.checkpoint.DType;
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
     * Passages for a memory, as JSON lines with the fields of documents. A passage that is a part of its document has
     * the document's id with {@code #} and a number.
     *
     * @param length tokens of a passage at most, with its title, [CLS] and [SEP]: 8 .. 65535
     */
    record PassageLines(Path target, int length) implements Output {}

    /**
     * Passages as the ids of their tokens, {@code [CLS] ... [SEP]} and zeros: a {@code .npy} of [passages, length].
     *
     * @param length tokens of a passage, with [CLS] and [SEP]: 8 .. 65535
     * @param type I16, for vocabularies of up to 32,768 tokens and the published code, or I32
     * @param titles whether a passage begins with its document's title
     */
    record TokenArray(Path target, int length, DType type, boolean titles) implements Output {
        public TokenArray {
            if (type != DType.I16 && type != DType.I32) {
                throw new IllegalArgumentException("token ids are I16 or I32, not " + type);
            }
        }
    }

    /** A directory of LDDL shards (SPEC 4); it must not exist or be empty. */
    record Shards(Path target, ShardOptions options) implements Output {}
}
