package dev.pluglm.cli;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.shard.ShardDirectory;
import dev.pluglm.problem.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.OptionalInt;

@Command(name = "info",
        header = "Show what files are: dumps, documents, passages, token arrays, shards.",
        customSynopsis = "pluglm corpus info INPUT... [OPTIONS]",
        description = {"", "Reads every file to its end, to count its documents and bad records. A directory of shards"
                + " is shown as one. The exit code is 1 if a file cannot be read."},
        footer = {"", "Example:", "  pluglm corpus info dumps shards"})
final class CorpusInfo extends Action {
    @Mixin
    private CorpusInput input;

    @Override
    int run(Console console) {
        List<Path> shards = input.names().stream().map(Path::of).filter(Files::isDirectory)
                .filter(ShardDirectory::isAt).toList();
        List<String> others = input.names().stream().filter(name -> !shards.contains(Path.of(name))).toList();
        boolean whole = others.isEmpty() || files(console, Corpus.of(others));
        for (Path directory : shards) {
            shards(console, directory, ShardDirectory.of(directory));
        }
        return whole ? Cli.OK : Cli.FAILURE;
    }

    /** Shows files, each on a line; false if one cannot be read. */
    private boolean files(Console console, Corpus corpus) {
        boolean whole = true;
        List<FileInfo> read = new ArrayList<>();
        try (Progress progress = console.progress("reading", corpus.bytes())) {
            long before = 0;
            for (Path file : corpus.files()) {
                long start = before;
                FileInfo info = FileInfo.of(file, input.options(), bytes -> progress.to(start + bytes));
                read.add(info);
                whole &= info.problem().isEmpty();
                before += info.size();
            }
        }
        if (console.isJson()) {
            read.forEach(info -> console.json(info.json()));
            return whole;
        }
        try (Table table = new Table(console, Table.Column.text("file"), Table.Column.text("format"),
                Table.Column.number("size"), Table.Column.text("holds"))) {
            read.forEach(info -> table.row(info.file().toString(), info.format(), MemoryStatistics.size(info.size()),
                    info.holds()));
        }
        // One of each file: there may be many files, and the table tells how many there are.
        read.forEach(info -> info.counts().ifPresent(counts ->
                counts.examples().stream().limit(1).forEach(bad -> CorpusAction.showBad(console, bad))));
        return whole;
    }

    private static void shards(Console console, Path directory, ShardDirectory shards) {
        long masked = shards.files().stream().filter(ShardDirectory.Shard::masked).count();
        if (masked > 0 && masked < shards.files().size()) {
            throw Problem.of("%s: %d of %d shards are masked; shards are all masked or none", directory, masked,
                    shards.files().size());
        }
        if (console.isJson()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", directory.toString());
            object.put("format", "LDDL shards");
            object.put("samples", shards.samples());
            object.put("masked", masked > 0);
            object.put("balanced", shards.balanced());
            object.put("bins", shards.bins().stream().map(CorpusInfo::bin).toList());
            console.json(object);
            return;
        }
        console.line("%s: LDDL shards, %s, %s, %s".formatted(directory, Console.count(shards.samples(), "sample"),
                masked > 0 ? "masked" : "not masked (the trainer does it)",
                shards.balanced() ? "balanced" : "not balanced yet"));
        try (Table table = new Table(console, Table.Column.number("bin"), Table.Column.number("shards"),
                Table.Column.number("samples"), Table.Column.number("fewest in one"),
                Table.Column.number("most in one"))) {
            for (List<ShardDirectory.Shard> bin : shards.bins()) {
                LongSummaryStatistics rows = rows(bin);
                OptionalInt number = bin.getFirst().bin();
                table.row(number.isPresent() ? String.valueOf(number.getAsInt()) : "none",
                        Console.count(rows.getCount()), Console.count(rows.getSum()), Console.count(rows.getMin()),
                        Console.count(rows.getMax()));
            }
        }
    }

    private static LongSummaryStatistics rows(List<ShardDirectory.Shard> shards) {
        return shards.stream().mapToLong(ShardDirectory.Shard::rows).summaryStatistics();
    }

    private static Map<String, Object> bin(List<ShardDirectory.Shard> shards) {
        LongSummaryStatistics rows = rows(shards);
        Map<String, Object> object = new LinkedHashMap<>();
        shards.getFirst().bin().ifPresent(bin -> object.put("bin", bin));
        object.put("shards", rows.getCount());
        object.put("samples", rows.getSum());
        object.put("fewest", rows.getMin());
        object.put("most", rows.getMax());
        return object;
    }
}
