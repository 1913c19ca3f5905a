package dev.pluglm.cli;

import dev.pluglm.checkpoint.DType;
import dev.pluglm.checkpoint.Npy;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.DocumentReader;
import dev.pluglm.corpus.FileKind;
import dev.pluglm.corpus.ReadCounts;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.corpus.shard.ShardReader;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What a file of a corpus is.
 *
 * @param format such as {@code PubMed XML, gzip}
 * @param size in bytes, on the disk
 * @param holds such as {@code 30 documents, 12,345 characters}, or why it cannot be read
 * @param facts the same for a program
 * @param counts of what is read as documents
 * @param problem why the file cannot be read
 */
record FileInfo(Path file, String format, long size, String holds, Map<String, Object> facts,
        Optional<ReadCounts> counts, Optional<String> problem) {

    private static final byte[] PARQUET = "PAR1".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] NPY = "\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1);

    /** Reads a file to its end; one that cannot be read has a problem instead. */
    static FileInfo of(Path file, ReadOptions options, LongConsumer progress) {
        try {
            byte[] start = start(file);
            if (startsWith(start, PARQUET)) {
                return shard(file);
            }
            return startsWith(start, NPY) ? array(file) : documents(file, options, progress);
        } catch (Problem problem) {
            return new FileInfo(file, "-", size(file), problem.getMessage(), Console.fields("error", problem.getMessage()),
                    Optional.empty(), Optional.of(problem.getMessage()));
        }
    }

    private static FileInfo shard(Path file) {
        try (ShardReader reader = new ShardReader(file)) {
            String holds = Console.count(reader.size(), "sample") + (reader.masked() ? ", masked" : ", not masked");
            return whole(file, "LDDL shard", holds, Console.fields("samples", reader.size(), "masked", reader.masked()));
        }
    }

    private static FileInfo array(Path file) {
        try (Npy array = Npy.open(file)) {
            long[] shape = array.tensor().shape();
            String type = type(array.tensor().type());
            String holds = shape.length != 2 ? array.tensor().toString() : array.tensor().type().isFloating()
                    ? "%s of %d numbers".formatted(Console.count(shape[0], "row"), shape[1])
                    : "%s of %d tokens".formatted(Console.count(shape[0], "passage"), shape[1]);
            return whole(file, "array, " + type, holds, Console.fields("type", type, "shape", shape));
        }
    }

    private static String type(DType type) {
        // NumPy's names: F16 is float16, U8 is uint8.
        String name = type.name().toLowerCase(Locale.ROOT);
        return name.replaceFirst("^f(?=\\d)", "float").replaceFirst("^i(?=\\d)", "int")
                .replaceFirst("^u(?=\\d)", "uint");
    }

    private static FileInfo documents(Path file, ReadOptions options, LongConsumer progress) {
        FileKind kind = options.format().map(format -> new FileKind(format, "")).orElseGet(() -> FileKind.of(file));
        long characters = 0;
        ReadCounts counts;
        Corpus corpus = Corpus.of(List.of(file.toString()));
        try (DocumentReader reader = corpus.open(options, (read, _, _) -> progress.accept(read))) {
            while (reader.hasNext()) {
                characters += reader.next().length();
            }
            counts = reader.counts();
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("documents", counts.documents());
        facts.put("characters", characters);
        facts.put("skipped", counts.skipped());
        facts.put("bad", counts.bad());
        String holds = Console.count(counts.documents(), "document") + ", " + Console.count(characters, "character")
                + (counts.skipped() == 0 ? "" : "; " + Console.count(counts.skipped(), "record") + " without text")
                + (counts.bad() == 0 ? "" : "; " + Console.count(counts.bad(), "bad record"));
        return new FileInfo(file, kind.toString(), size(file), holds, facts, Optional.of(counts), Optional.empty());
    }

    private static FileInfo whole(Path file, String format, String holds, Map<String, Object> facts) {
        return new FileInfo(file, format, size(file), holds, facts, Optional.empty(), Optional.empty());
    }

    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", file.toString());
        object.put("format", format);
        object.put("bytes", size);
        object.putAll(facts);
        return object;
    }

    private static byte[] start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(NPY.length);
        } catch (IOException e) {
            throw new Problem("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length
                && java.util.Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
