package dev.pluglm.corpus.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private CorpusJob.Result run(Path input, Output output) {
        return new CorpusJob(Corpus.of(List.of(input.toString())), ReadOptions.defaults(),
                Optional.of(Fixtures.wordPieces()), output, Progress.none()).run();
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
            assertTrue(Fixtures.wordPieces().split(passage.text(), 1000).size() <= 22, passage.text());
            joined.merge(passage.id().substring(0, passage.id().indexOf('#')), passage.text(), (a, b) -> a + " " + b);
        }
        Fixtures.read(in).forEach(document -> assertEquals(document.text().replace('\n', ' '),
                joined.get(document.id())));
    }

    @Test
    void tokenArraysHoldClsTokensSepAndZeros() throws IOException {
        Path text = Fixtures.write(folder.resolve("t.txt"), "The cat sat. The dog ran over the old bridge.\n\nCat.\n");
        for (ElementType type : ElementType.values()) {
            Path out = folder.resolve(type + ".npy");
            assertEquals(3, run(text, new Output.TokenArray(out, 10, type, false)).written());
            ByteBuffer npy = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
            String header = new String(npy.array(), 10, 118, StandardCharsets.US_ASCII);
            String descr = type == ElementType.INT16 ? "<i2" : "<i4";
            assertTrue(header.startsWith("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (3, 10), }"),
                    header);
            assertEquals(118, npy.getShort(8));
            npy.position(128);
            int[] first = new int[10];
            for (int i = 0; i < first.length; i++) {
                first[i] = type == ElementType.INT16 ? npy.getShort() : npy.getInt();
            }
            assertArrayEquals(new int[] {2, 5, 7, 9, 6, 3, 0, 0, 0, 0}, first);
            assertEquals(128 + 30 * (type == ElementType.INT16 ? 2 : 4), Files.size(out));
        }
    }

    @Test
    void aTitleBeginsEachPassageWhereItIsAskedFor() throws IOException {
        Path out = folder.resolve("t.npy");
        Path one = Fixtures.write(folder.resolve("one.jsonl"), "{\"title\": \"Dog\", \"text\": \"The cat. The cat.\"}");
        assertEquals(2, run(one, new Output.TokenArray(out, 7, ElementType.INT16, true)).written());
        ByteBuffer npy = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
        assertArrayEquals(new int[] {2, 8, 5, 7, 6, 3, 0}, java.util.stream.IntStream.range(0, 7)
                .map(i -> npy.getShort(128 + 2 * i)).toArray());
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
        for (Output output : List.of(new Output.DocumentLines(folder.resolve("o")), new Output.PassageLines(
                folder.resolve("o"), 8), new Output.TokenArray(folder.resolve("o"), 8, ElementType.INT16, true),
                new Output.Shards(folder.resolve("o"), ShardOptions.defaults(1)))) {
            String message = assertThrows(Problem.class, () -> run(empty, output)).getMessage();
            assertTrue(message.contains("no document in") && message.contains("empty.txt"), message);
            assertEquals(List.of("empty.txt", "in.jsonl"), names(""));
        }
    }

    @Test
    void aDamagedInputLeavesWhatWasThereBefore() throws IOException {
        Path cut = Fixtures.write(folder.resolve("cut.xml"), "<mediawiki><page><title>A</title>");
        Path out = Fixtures.write(folder.resolve("o.jsonl"), "before");
        assertThrows(Problem.class, () -> run(cut, new Output.DocumentLines(out)));
        assertEquals("before", Files.readString(out));
        assertEquals(List.of("cut.xml", "in.jsonl", "o.jsonl"), names(""));
    }

    @Test
    void aDirectoryThatHoldsSomethingIsNotOverwritten() throws IOException {
        Fixtures.write(Files.createDirectory(folder.resolve("a")).resolve("precious"), "x");
        assertThrows(Problem.class, () -> run(in, new Output.Shards(folder.resolve("a"), ShardOptions.defaults(1))));
        assertEquals(List.of("precious"), names("a"));
        assertFalse(Files.exists(folder.resolve(".a.unfinished")));
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
