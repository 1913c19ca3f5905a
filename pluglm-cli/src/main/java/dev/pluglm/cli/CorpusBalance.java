package dev.pluglm.cli;

import dev.pluglm.corpus.shard.Balancer;
import dev.pluglm.corpus.shard.ShardDirectory;
import dev.pluglm.disk.AtomicFiles;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

@Command(name = "balance",
        header = "Deal samples out to another number of shards, ours or LDDL's.",
        description = {"", "Reads shard-*.parquet or part.*.parquet, with bins or without, and leaves them as they"
                + " are. The new shards of a bin differ by one sample in size."},
        footer = {"", "Example:", "  pluglm corpus balance shards --output shards-16 --shards 16"})
final class CorpusBalance extends Action {
    @Parameters(index = "0", paramLabel = "INPUT-DIR", description = "The directory of shards to read.")
    private Path from;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true,
            description = "The directory to make; must not exist, or be empty.")
    private Path output;

    @Option(names = {"--shards", "--num-shards"}, paramLabel = "N", required = true,
            description = "Files to make, for each bin.")
    private int shards;

    @Override
    int run(Console console) {
        if (shards < 1) {
            throw new BadUsage("--shards is " + shards + "; expected 1 or more");
        }
        ShardDirectory directory = ShardDirectory.of(from);
        AtomicReference<Balancer.Result> made = new AtomicReference<>();
        try (Progress progress = console.progress("balancing", "samples", OptionalLong.of(directory.samples()))) {
            AtomicFiles.createDirectory(output, target ->
                    made.set(Balancer.balance(directory, target, shards, progress::to)));
        }
        Balancer.Result result = made.get();
        int bins = directory.bins().size();
        console.result(
                () -> "wrote %s to %s in %s%s%s".formatted(Console.count(result.samples(), "sample"), output,
                        Console.count((long) shards * bins, "shard"),
                        bins == 1 ? "" : " (%d bins of %d)".formatted(bins, shards),
                        result.leftOut() == 0 ? "" : "; left out " + Console.count(result.leftOut(), "sample")
                                + ", so that shards differ by one"),
                () -> {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("output", output.toString());
                    object.put("samples", result.samples());
                    object.put("shards", (long) shards * bins);
                    object.put("left_out", result.leftOut());
                    return object;
                });
        return Cli.OK;
    }
}
