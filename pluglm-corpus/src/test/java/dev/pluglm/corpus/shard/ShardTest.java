package dev.pluglm.corpus.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.corpus.Fixtures;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SplittableRandom;

import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardTest {
    @TempDir
    Path folder;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    ShardTest() {
        System.out.println("seed " + seed);
    }

    private List<Sample> samples(int count, boolean masked) {
        StaticMasking masking = new StaticMasking(Fixtures.tokenizer().vocabulary(), 0.15, new SplittableRandom(seed));
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Sample plain = Sample.of(words(), words(), random.nextBoolean());
            samples.add(masked ? masking.mask(plain) : plain);
        }
        return samples;
    }

    private List<String> words() {
        return random.ints(1 + random.nextInt(60), 0, 30).mapToObj(i -> Fixtures.tokenizer().token(i + 5)).toList();
    }

    private Path write(String name, List<Sample> samples, OptionalInt bin) {
        Path file = folder.resolve(name);
        boolean masked = !samples.isEmpty() && samples.getFirst().mask().isPresent();
        try (ShardWriter writer = new ShardWriter(file, masked, bin)) {
            samples.forEach(writer::write);
        }
        return file;
    }

    private static List<Sample> read(Path file) {
        try (ShardReader reader = new ShardReader(file)) {
            List<Sample> samples = new ArrayList<>();
            reader.forEachRemaining(samples::add);
            return samples;
        }
    }

    @ParameterizedTest
    @CsvSource({"false,-1,500", "true,-1,500", "true,3,500", "false,0,0"})
    void whatIsWrittenIsReadBack(boolean masked, int bin, int count) {
        List<Sample> samples = samples(count, masked);
        OptionalInt id = bin < 0 ? OptionalInt.empty() : OptionalInt.of(bin);
        assertEquals(samples, read(write("shard-0.parquet", samples, id)), "seed " + seed);
    }

    @Test
    void leavingRowsOutGivesTheSameAsReadingThem() {
        List<Sample> samples = samples(300, true);
        Path file = write("shard-0.parquet", samples, OptionalInt.empty());
        for (int round = 0; round < 20; round++) {
            try (ShardReader reader = new ShardReader(file)) {
                for (int at = 0; at < 300; at++) {
                    int step = random.nextInt(300 - at);
                    reader.skip(step);
                    at += step;
                    assertEquals(samples.get(at), reader.next(), "seed " + seed);
                }
                assertThrows(NoSuchElementException.class, () -> reader.skip(1));
            }
        }
        try (ShardReader reader = new ShardReader(file)) {
            reader.skip(300);
            assertFalse(reader.hasNext());
        }
    }

    @Test
    void aRowGroupThatIsLeftOutIsNotRead() throws IOException {
        Path file = write("shard-0.parquet", samples(300, false), OptionalInt.empty());
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 4, bytes.length / 2, (byte) 7);
        Files.write(file, bytes);
        try (ShardReader reader = new ShardReader(file)) {
            reader.skip(300);
            assertFalse(reader.hasNext());
        }
        try (ShardReader reader = new ShardReader(file)) {
            String message = assertThrows(Problem.class, () -> reader.skip(299)).getMessage();
            assertTrue(message.contains("shard-0.parquet"), message);
        }
    }

    @Test
    void theSchemaIsExactlyThatOfLddl() throws IOException {
        Path file = write("a.parquet_1", samples(3, true), OptionalInt.of(1));
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), ParquetReadOptions
                .builder(new PlainParquetConfiguration()).withCodecFactory(new Codecs()).build())) {
            assertEquals("""
                    message schema {
                      optional binary A (STRING);
                      optional binary B (STRING);
                      optional boolean is_random_next;
                      optional int32 num_tokens (INTEGER(16,false));
                      optional binary masked_lm_positions;
                      optional binary masked_lm_labels (STRING);
                      optional int64 bin_id;
                    }
                    """, reader.getFileMetaData().getSchema().toString());
        }
    }

    @Test
    void whatPyarrowWroteIsReadToTheRowAndBalanced() throws IOException {
        Path parts = Files.createDirectory(folder.resolve("parts"));
        try (var resource = ShardTest.class.getResourceAsStream("pyarrow-25.parquet")) {
            Files.copy(resource, parts.resolve("part.0.parquet_0"));
        }
        Sample first = new Sample(List.of("the", "cat"), List.of("sat", "##s", "[MASK]"), false, 8,
                java.util.Optional.of(new Sample.Mask(List.of(1, 6), List.of("dog", "."))));
        List<Sample> samples = read(parts.resolve("part.0.parquet_0"));
        assertEquals(3, samples.size());
        assertEquals(first, samples.getFirst());
        assertTrue(samples.get(1).randomNext());
        Path out = Files.createDirectory(folder.resolve("out"));
        Balancer.balance(ShardDirectory.of(parts), out, 2, _ -> { });
        assertEquals(samples.subList(0, 2), read(out.resolve("shard-0.parquet_0")));
    }

    @Test
    void maskedPositionsAreTheBytesThatNumpySaves() {
        byte[] npy = NpyPositions.write(List.of(1, 300, 65535));
        byte[] expected = new byte[134];
        Arrays.fill(expected, (byte) ' ');
        byte[] head = "\u0093NUMPY\1\0v\0{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }"
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        System.arraycopy(head, 0, expected, 0, head.length);
        System.arraycopy(new byte[] {'\n', 1, 0, 44, 1, -1, -1}, 0, expected, 127, 7);
        org.junit.jupiter.api.Assertions.assertArrayEquals(expected, npy);
        assertEquals(List.of(1, 300, 65535), NpyPositions.read(npy));
    }

    @Test
    void aBalancedSetDiffersByOneAndLosesAtMostOneSample() throws IOException {
        for (int round = 0; round < 12; round++) {
            Path parts = Files.createDirectories(folder.resolve("parts" + round));
            Path out = Files.createDirectories(folder.resolve("out" + round));
            List<Sample> all = new ArrayList<>();
            for (int part = 0; part < 1 + random.nextInt(4); part++) {
                List<Sample> samples = samples(random.nextInt(60), false);
                write("parts" + round + "/part." + part + ".parquet", samples, OptionalInt.empty());
                all.addAll(samples);
            }
            int shards = 1 + random.nextInt(Math.max(1, Math.min(8, all.size())));
            if (all.isEmpty()) {
                continue;
            }
            Balancer.Result result = Balancer.balance(ShardDirectory.of(parts), out, shards, _ -> { });
            ShardDirectory balanced = ShardDirectory.of(out);
            long least = balanced.files().stream().mapToLong(ShardDirectory.Shard::rows).min().orElseThrow();
            long most = balanced.files().stream().mapToLong(ShardDirectory.Shard::rows).max().orElseThrow();
            assertTrue(most - least <= 1, "seed " + seed);
            assertTrue(shards == 1 || all.size() == shards || most - least == 1, "seed " + seed);
            List<Sample> dealt = balanced.files().stream().flatMap(shard -> read(shard.path()).stream()).toList();
            assertEquals(all.subList(0, all.size() - (int) result.leftOut()), dealt, "seed " + seed);
            assertTrue(result.leftOut() <= 1);
            String counts = Files.readString(out.resolve(".num_samples.json"));
            assertTrue(counts.startsWith("{\"shard-0.parquet\":" + most), counts);
        }
    }

    @Test
    void fewerSamplesThanShardsAreRefused() throws IOException {
        write("part.0.parquet", samples(3, false), OptionalInt.empty());
        Path out = Files.createDirectory(folder.resolve("out"));
        ShardDirectory from = ShardDirectory.of(folder);
        assertTrue(assertThrows(Problem.class, () -> Balancer.balance(from, out, 4,
                _ -> { })).getMessage().contains("3 samples"));
    }

    @Test
    void otherParquetFilesAndOtherFilesAreRefusedWithWhatIsMissing() throws IOException {
        Path file = write("a.parquet", samples(3, false), OptionalInt.empty());
        byte[] bytes = Files.readAllBytes(file);
        Path renamed = Fixtures.write(folder.resolve("b.parquet"), new String(bytes, "ISO-8859-1")
                .replace("is_random_next", "is_randon_next").getBytes("ISO-8859-1"));
        String message = assertThrows(Problem.class, () -> new ShardReader(renamed)).getMessage();
        assertTrue(message.contains("b.parquet") && message.contains("no column is_random_next"), message);
        Path text = Fixtures.write(folder.resolve("c.parquet"), "hello, this is no Parquet file at all");
        assertTrue(assertThrows(Problem.class, () -> new ShardReader(text)).getMessage().contains("c.parquet"));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertTrue(assertThrows(Problem.class, () -> ShardDirectory.of(empty)).getMessage().contains("no shards"));
    }

    @Test
    void mutatedShardsAreReadOrRefusedAndNothingElse() throws IOException {
        byte[] whole = Files.readAllBytes(write("whole.parquet", samples(40, true), OptionalInt.of(2)));
        Path file = folder.resolve("mutant.parquet");
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = whole.clone();
            for (int m = random.nextInt(4); m >= 0; m--) {
                // Half of the damage goes to the footer, where the lengths are.
                int from = random.nextBoolean() ? 0 : bytes.length * 3 / 4;
                bytes[from + random.nextInt(bytes.length - from)] = (byte) random.nextInt(256);
            }
            Files.write(file, random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
            try {
                read(file);
            } catch (Problem problem) {
                assertTrue(problem.getMessage().contains("mutant"), problem.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }
    }
}
