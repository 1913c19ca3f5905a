package dev.pluglm.corpus.shard;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** Writes shards row by row, which only the corpus itself can. */
public final class TestShards {
    private TestShards() {}

    public static Path write(Path file, List<Sample> samples) {
        boolean masked = !samples.isEmpty() && samples.getFirst().mask().isPresent();
        try (ShardWriter writer = new ShardWriter(file, masked, OptionalInt.empty())) {
            samples.forEach(writer::write);
        }
        return file;
    }
}
