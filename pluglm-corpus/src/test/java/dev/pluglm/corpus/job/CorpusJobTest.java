package dev.pluglm.corpus.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.checkpoint.DType;
import dev.pluglm.checkpoint.Npy;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.Document;
import dev.pluglm.corpus.Fixtures;
import dev.pluglm.corpus.Progress;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.corpus.shard.Sample;
import dev.pluglm.corpus.shard.ShardDirectory;
import dev.pluglm.corpus.shard.ShardOptions;
import dev.pluglm.corpus.shard.ShardReader;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusJobTest {
    @TempDir
    Path folder;

    private final long seed = new Random().nextLong();
    private Path in;

    @BeforeEach
    void writeCorpus() {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            String line = "{\"id\": \"d%d\", \"title\": \"Cat %d\", \"year\": %d, \"text\": \"%s\\n%s\"}\n";
            lines.append(line.formatted(i, i,
                    1900 + i, Fixtures.prose(random, 1 + random.nextInt(12)), Fixtures.prose(random, 2)));
        }
        in = Fixtures.write(folder.resolve("in.jsonl"), lines.toString());
    }

    private List<Output> outputs() {
        Path target = folder.resolve("o");
        return List.of(new Output.DocumentLines(target), new Output.PassageLines(target, 8),
                new Output.TokenArray(target, 8, DType.I16, true), new Output.Shards(target, ShardOptions.defaults(1)));
    }

    private CorpusJob.Result run(Path input, Output output) {
        return new CorpusJob(Corpus.of(List.of(input.toString())), ReadOptions.defaults(),
                Optional.of(Fixtures.tokenizer()), output, Progress.none()).run();
    }

    @Test
    void documentsGoThroughJsonLinesUnchanged() {
        for (String name : List.of("out.jsonl", "out.jsonl.gz", "out.jsonl.zst")) {
            Path out = folder.resolve(name);
            assertEquals(40, run(in, new Output.DocumentLines(out)).written());
            assertEquals(Fixtures.read(in), Fixtures.read(out).stream().toList());
        }
    }

    @Test
    void passagesAreWholeSentencesThatFitAndTogetherTheDocument() {
        Path out = folder.resolve("passages.jsonl");
        run(in, new Output.PassageLines(out, 24));
        Map<String, String> joined = new TreeMap<>();
        for (Document passage : Fixtures.read(out)) {
            int tokens = Fixtures.tokenizer().encodePassage(passage.title(), passage.text(), 1000).length;
            assertTrue(tokens <= 24 && passage.text().endsWith("."), passage.text());
            joined.merge(passage.id().replaceFirst("#.*", ""), passage.text(), (a, b) -> a + " " + b);
        }
        Fixtures.read(in).forEach(document -> assertEquals(document.text().replace('\n', ' '),
                joined.get(document.id()).replace('\n', ' ')));
    }

    @Test
    void tokenArraysHoldClsTokensSepAndZeros() {
        Path text = Fixtures.write(folder.resolve("t.txt"), "The cat sat. The dog ran over the old bridge.\n\nCat.\n");
        for (DType type : List.of(DType.I16, DType.I32)) {
            Path out = folder.resolve(type + ".npy");
            assertEquals(3, run(text, new Output.TokenArray(out, 10, type, false)).written());
            try (Npy array = Npy.open(out)) {
                assertEquals(type + " [3, 10]", array.tensor().toString());
                assertArrayEquals(new long[] {2, 5, 7, 9, 6, 3, 0, 0, 0, 0}, Arrays.copyOf(array.tensor().longs(), 10));
            }
        }
    }

    @Test
    void aTitleBeginsEachPassageWhereItIsAskedFor() {
        Path out = folder.resolve("t.npy");
        Path one = Fixtures.write(folder.resolve("one.jsonl"),
                "{\"title\": \"Dog\", \"text\": \"The cat sat. The cat.\"}");
        assertEquals(2, run(one, new Output.TokenArray(out, 8, DType.I16, true)).written());
        try (Npy array = Npy.open(out)) {
            assertArrayEquals(new long[] {2, 8, 5, 7, 9, 6, 3, 0, 2, 8, 5, 7, 6, 3, 0, 0}, array.tensor().longs());
        }
    }

    @Test
    void theSameSeedGivesTheSameShardsByteForByteAndAnotherSeedOthers() throws IOException {
        ShardOptions options = ShardOptions.defaults(3).withTargetLength(40).withStaticMasking(true)
                .withPartitionChars(3000).withSeed(seed);
        run(in, new Output.Shards(folder.resolve("a"), options));
        run(in, new Output.Shards(folder.resolve("b"), options));
        run(in, new Output.Shards(folder.resolve("c"), options.withSeed(seed + 1)));
        assertEquals(List.of(".num_samples.json", "shard-0.parquet", "shard-1.parquet", "shard-2.parquet"), names("a"));
        for (String name : names("a")) {
            assertArrayEquals(bytes("a", name), bytes("b", name), "seed " + seed + ": " + name);
        }
        assertNotEquals(samples("a"), samples("c"), "seed " + seed);
    }

    @Test
    void binnedShardsHoldSamplesOfTheirLengths() {
        ShardOptions options = ShardOptions.defaults(2).withTargetLength(32).withBinSize(8).withSampling(1, 20);
        run(in, new Output.Shards(folder.resolve("a"), options));
        for (ShardDirectory.Shard shard : ShardDirectory.of(folder.resolve("a")).files()) {
            try (ShardReader reader = new ShardReader(shard.path())) {
                reader.forEachRemaining(sample -> assertEquals(shard.bin().orElseThrow(),
                        Math.min(3, (sample.numTokens() - 1) / 8), "seed " + seed));
            }
        }
    }

    @Test
    void anEmptyCorpusIsSaidToBeEmptyAndNothingIsWritten() {
        Path empty = Fixtures.write(folder.resolve("empty.txt"), "");
        for (Output output : outputs()) {
            String message = assertThrows(Problem.class, () -> run(empty, output)).getMessage();
            assertTrue(message.contains("no document in") && message.contains("empty.txt"), message);
            assertEquals(List.of("empty.txt", "in.jsonl"), names(""));
        }
    }

    @Test
    void aDamagedInputLeavesNothing() {
        Path cut = Fixtures.write(folder.resolve("cut.xml"),
                Fixtures.dump(Fixtures.page(1, "A", "The cat.")).replace("</mediawiki>", ""));
        for (Output output : outputs()) {
            assertThrows(Problem.class, () -> run(cut, output));
            assertEquals(List.of("cut.xml", "in.jsonl"), names(""));
        }
    }

    @Test
    void whatIsThereAlreadyIsNotOverwritten() throws IOException {
        Fixtures.write(Files.createDirectory(folder.resolve("o")).resolve("precious"), "x");
        for (Output output : outputs()) {
            String message = assertThrows(Problem.class, () -> run(in, output)).getMessage();
            assertTrue(message.contains("exists already"), message);
        }
        assertEquals(List.of("precious"), names("o"));
        assertEquals(List.of("in.jsonl", "o"), names(""));
        assertThrows(Problem.class, () -> run(in, new Output.DocumentLines(in)));
    }

    private List<String> names(String directory) {
        try (Stream<Path> list = Files.list(folder.resolve(directory))) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private byte[] bytes(String directory, String name) throws IOException {
        return Files.readAllBytes(folder.resolve(directory).resolve(name));
    }

    private List<Sample> samples(String directory) {
        List<Sample> samples = new ArrayList<>();
        for (ShardDirectory.Shard shard : ShardDirectory.of(folder.resolve(directory)).files()) {
            try (ShardReader reader = new ShardReader(shard.path())) {
                reader.forEachRemaining(samples::add);
            }
        }
        return samples;
    }
}
