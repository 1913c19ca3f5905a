package dev.pluglm.corpus.shard;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A directory of shards, made here or by NVIDIA's tools, balanced or not.
 *
 * @param files by bin and number
 */
public record ShardDirectory(List<Shard> files) {
    /** The file beside the shards that says how many rows each has. */
    static final String COUNTS = ".num_samples.json";

    public ShardDirectory {
        files = List.copyOf(files);
    }

    /**
     * One file.
     *
     * @param bin the bin of its samples, empty without bins
     * @param rows samples in it
     * @param masked whether its samples carry their masks
     */
    public record Shard(Path path, OptionalInt bin, long rows, boolean masked) {}

    /** Whether a directory holds files that are named like shards. */
    public static boolean isAt(Path directory) {
        try (Stream<Path> list = Files.list(directory)) {
            return list.anyMatch(path -> ShardName.of(path.getFileName().toString()).isPresent());
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Finds the shards of a directory and how many samples each has, from its footer: a count file that lies or is old
     * does no harm.
     *
     * @throws Problem if there is none, one is damaged or no shard, or balanced and unbalanced files are mixed
     */
    public static ShardDirectory of(Path directory) {
        List<Shard> shards = new ArrayList<>();
        List<ShardName> names = new ArrayList<>();
        try (Stream<Path> list = Files.list(directory)) {
            for (Path path : list.sorted().toList()) {
                ShardName.of(path.getFileName().toString()).ifPresent(name -> {
                    names.add(name);
                    try (ShardReader reader = new ShardReader(path)) {
                        shards.add(new Shard(path, name.bin(), reader.size(), reader.masked()));
                    }
                });
            }
        } catch (IOException e) {
            throw new Problem("%s: cannot be listed; expected a directory of shards".formatted(directory), e);
        }
        if (shards.isEmpty()) {
            throw Problem.of("%s: holds no shards; expected files like shard-0.parquet", directory);
        }
        if (names.stream().map(ShardName::balanced).distinct().count() > 1) {
            throw Problem.of("%s: holds both part.* and shard-* files; keep one kind", directory);
        }
        shards.sort(Comparator.comparing((Shard shard) -> shard.bin().orElse(-1)).thenComparing(
                shard -> ShardName.of(shard.path().getFileName().toString()).orElseThrow().index()));
        return new ShardDirectory(shards);
    }

    /** Whether the files are of equal size but for one sample, by their names. */
    public boolean balanced() {
        return ShardName.of(files.getFirst().path().getFileName().toString()).orElseThrow().balanced();
    }

    /** Samples in all files. */
    public long samples() {
        return files.stream().mapToLong(Shard::rows).sum();
    }

    /** The files of each bin, in the order of the bins; one group where there are no bins. */
    public List<List<Shard>> bins() {
        Map<Integer, List<Shard>> bins = new TreeMap<>();
        files.forEach(shard -> bins.computeIfAbsent(shard.bin().orElse(0), bin -> new ArrayList<>()).add(shard));
        return List.copyOf(bins.values());
    }

    static void writeCounts(Path directory, Map<String, Long> rows) {
        ObjectNode counts = JsonMapper.builder().build().createObjectNode();
        new TreeMap<>(rows).forEach(counts::put);
        try {
            Files.writeString(directory.resolve(COUNTS), counts.toString());
        } catch (IOException e) {
            throw new Problem("%s: cannot be written: %s".formatted(directory.resolve(COUNTS), e.getMessage()), e);
        }
    }
}
