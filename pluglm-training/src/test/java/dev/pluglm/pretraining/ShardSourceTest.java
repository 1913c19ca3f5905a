package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.corpus.shard.Sample;
import dev.pluglm.corpus.shard.ShardReader;
import dev.pluglm.corpus.shard.TestShards;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardSourceTest extends SampleSourceContract {
    private static final Vocabulary VOCABULARY = TestVocabulary.VOCABULARY;
    private static final List<Integer> SIZES = List.of(40, 1, 133, 0, 77);
    private static final int SAMPLES = 251;
    private static final int BUFFER = 32;

    @TempDir
    Path temporary;
    private Path folder;

    @BeforeEach
    void shardsOfUnequalSizes() throws IOException {
        folder = Files.createDirectory(temporary.resolve("shards"));
        int number = 0;
        for (int shard = 0; shard < SIZES.size(); shard++) {
            List<Sample> samples = new ArrayList<>();
            for (int row = 0; row < SIZES.get(shard); row++) {
                samples.add(numbered(number++));
            }
            TestShards.write(folder.resolve("shard-" + shard + ".parquet" + (shard % 2 == 0 ? "_0" : "_1")), samples);
        }
    }

    /** Its number is in its pieces. */
    private static Sample numbered(int number) {
        List<String> digits = String.valueOf(number).chars().mapToObj(c -> String.valueOf((char) c)).toList();
        return Sample.of(digits, List.of("the", "una", "##ble"), false);
    }

    @Override
    SampleSource open(long seed) {
        return new ShardSource(folder, VOCABULARY, MAX_TOKENS, seed, BUFFER);
    }

    @Test
    void everySampleComesOnceInEachEpochThoughShardsAreUnequal() {
        SampleSource source = open(chosen);
        assertEquals(SAMPLES, source.size());
        List<String> all = IntStream.range(0, SAMPLES).mapToObj(i -> shown(new SampleEncoder(VOCABULARY, 24, false)
                .encode(numbered(i), folder, 1))).sorted().toList();
        for (int epoch = 0; epoch < 3; epoch++) {
            List<String> read = read(source, epoch);
            assertEquals(all, read.stream().sorted().toList(), "seed " + chosen);
            assertEquals(SAMPLES, new TreeSet<>(read).size());
            assertNotEquals(all, read);
        }
    }

    @Test
    void aRowBecomesClsASepBSepWithTypes() {
        TrainingSample sample = new SampleEncoder(VOCABULARY, 24, false).encode(numbered(12), folder, 1);
        assertEquals("[CLS] 1 2 [SEP] the una ##ble [SEP]", TestVocabulary.pieces(sample.ids()));
        assertArrayEquals(new int[] {0, 0, 0, 0, 1, 1, 1, 1}, sample.types());
    }

    @Test
    void leavingOutMostOfAnEpochDoesNotOpenShardsThatAreDoneWith() throws IOException {
        SampleSource source = open(chosen);
        List<String> all = read(source, 0);
        try (SampleSource.Epoch epoch = source.epoch(0)) {
            epoch.skip(SAMPLES - 1);
            // What is left was in one shard, so the others could be anything.
            String last = all.getLast();
            for (int shard = 0; shard < SIZES.size(); shard++) {
                Path path = folder.resolve("shard-" + shard + ".parquet" + (shard % 2 == 0 ? "_0" : "_1"));
                byte[] bytes = Files.readAllBytes(path);
                Files.write(path, new byte[] {1, 2, 3});
                try (SampleSource.Epoch other = source.epoch(0)) {
                    other.skip(SAMPLES - 1);
                    assertEquals(last, shown(other.next()));
                } catch (Problem onlyTheNeededOne) {
                    assertTrue(onlyTheNeededOne.getMessage().contains(path.toString()));
                    assertTrue(holds(shard, last), "seed " + chosen);
                }
                Files.write(path, bytes);
            }
        }
    }

    private static boolean holds(int shard, String sample) {
        int first = SIZES.stream().limit(shard).mapToInt(i -> i).sum();
        return IntStream.range(first, first + SIZES.get(shard)).anyMatch(i -> sample.equals(shown(
                new SampleEncoder(VOCABULARY, 24, false).encode(numbered(i), Path.of("x"), 1))));
    }

    @Test
    void masksOfShardsAreKept() throws IOException {
        Path masked = Files.createDirectory(temporary.resolve("masked"));
        Sample sample = new Sample(List.of("the", "[MASK]"), List.of("a", "una"), true, 7,
                Optional.of(new Sample.Mask(List.of(2, 5), List.of("was", "paris"))));
        TestShards.write(masked.resolve("shard-0.parquet"), List.of(sample));
        SampleSource source = new ShardSource(masked, VOCABULARY, 128, 1);
        assertTrue(source.masked());
        assertFalse(open(1).masked());
        try (SampleSource.Epoch epoch = source.epoch(0)) {
            MaskedSample used = new PublishedMasking(VOCABULARY, MaskingOptions.defaults()).mask(epoch.next(),
                    new SplittableRandom(1));
            assertEquals("[CLS] the [MASK] [SEP] a una [SEP]", TestVocabulary.pieces(used.ids()));
            assertEquals("[CLS] the was [SEP] a paris [SEP]", TestVocabulary.pieces(used.originalIds()));
            assertArrayEquals(new int[] {2, 5}, used.positions());
        }
    }

    @Test
    void whatPyarrowWroteTrainsHere() throws IOException {
        Path pyarrow = Files.createDirectory(temporary.resolve("pyarrow"));
        Path part = pyarrow.resolve("part.0.parquet_0");
        Files.copy(Path.of("..", "pluglm-corpus", "src", "test", "resources", "dev", "pluglm", "corpus", "shard",
                "pyarrow-25.parquet"), part);
        TreeSet<String> pieces = new TreeSet<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        try (ShardReader reader = new ShardReader(part)) {
            reader.forEachRemaining(sample -> {
                pieces.addAll(sample.a());
                pieces.addAll(sample.b());
                sample.mask().ifPresent(mask -> pieces.addAll(mask.labels()));
            });
        }
        Vocabulary vocabulary = Vocabulary.of(List.copyOf(pieces));
        SampleSource source = new ShardSource(pyarrow, vocabulary, 128, 1);
        Masking masking = new PublishedMasking(vocabulary, MaskingOptions.defaults());
        try (Batches batches = new Batches(source, masking, 1, 3, 1, 0, 1)) {
            List<String> originals = batches.next().microBatches().getFirst().samples().stream()
                    .map(sample -> String.join(" ", Arrays.stream(sample.originalIds())
                            .mapToObj(vocabulary::token).toList())).toList();
            assertTrue(originals.contains("[CLS] dog cat [SEP] sat ##s . [SEP]"), originals.toString());
        }
    }

    @Test
    void anImpossibleMaskIsRefusedWithShardAndRow() {
        SampleEncoder encoder = new SampleEncoder(VOCABULARY, 128, true);
        for (List<Integer> wrong : List.of(List.of(0), List.of(3), List.of(6), List.of(2, 2))) {
            Sample sample = new Sample(List.of("the", "was"), List.of("a", "una"), true, 7,
                    Optional.of(new Sample.Mask(wrong, wrong.stream().map(position -> "in").toList())));
            String message = assertThrows(Problem.class, () -> encoder.encode(sample, Path.of("shard-9"), 12))
                    .getMessage();
            assertTrue(message.startsWith("shard-9, row 12: position " + wrong.getLast()), message);
        }
    }

    @Test
    void aPieceThatTheVocabularyLacksIsNamedWithShardAndRow() throws IOException {
        TestShards.write(folder.resolve("shard-7.parquet"), List.of(numbered(1), numbered(2),
                Sample.of(List.of("Straße"), List.of("the"), false)));
        String message = assertThrows(Problem.class, () -> read(open(1), 0)).getMessage();
        assertTrue(message.contains("shard-7.parquet, row 3: the piece 'Straße' is not in the vocabulary"), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void aSampleLongerThanTheModelsPositionsIsNamedWithShardAndRow() {
        TestShards.write(folder.resolve("shard-7.parquet"), List.of(numbered(1),
                Sample.of(Collections.nCopies(22, "the"), List.of(), false)));
        String message = assertThrows(Problem.class, () -> read(open(1), 0)).getMessage();
        assertTrue(message.contains("shard-7.parquet, row 2: has 25 tokens, the model takes at most 24"), message);
    }

    @Test
    void aDirectoryWithoutShardsOrWithoutSamplesIsRefusedWithItsName() throws IOException {
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        assertRefused(empty, "holds no shards");
        TestShards.write(empty.resolve("shard-0.parquet"), List.of());
        assertRefused(empty, "hold no samples");
        assertRefused(temporary.resolve("missing"), "expected a directory");
    }

    private static void assertRefused(Path directory, String reason) {
        String message = assertThrows(Problem.class, () -> new ShardSource(directory, VOCABULARY, 128, 1)).getMessage();
        assertTrue(message.startsWith(directory.toString()) && message.contains(reason), message);
    }

    @Test
    void damageInTheMiddleOfAShardIsNamedAndNothingElseHappens() throws IOException {
        Path shard = folder.resolve("shard-2.parquet_0");
        byte[] whole = Files.readAllBytes(shard);
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            byte[] damaged = whole.clone();
            // The pages only: with a footer that is damaged the directory cannot be opened.
            for (int i = 0; i < 8; i++) {
                damaged[4 + random.nextInt(whole.length / 2)] = (byte) random.nextInt(256);
            }
            SampleSource source = open(1);
            Files.write(shard, damaged);
            try {
                read(source, 0);
            } catch (Problem problem) {
                refused++;
                assertTrue(problem.getMessage().contains(shard.toString()), problem.getMessage());
                assertEquals(1, problem.getMessage().lines().count(), problem.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + chosen + ", round " + round, e);
            }
            Files.write(shard, whole);
        }
        assertTrue(refused > 30, "refused " + refused);
    }

    @Test
    void aFingerprintTellsWhenAShardHasChangedOrGoneOrTheVocabularyIsAnother() throws IOException {
        SampleSource source = open(1);
        String before = source.fingerprint();
        Path shard = folder.resolve("shard-2.parquet_0");
        byte[] whole = Files.readAllBytes(shard);
        byte[] changed = whole.clone();
        changed[200] ^= 1;
        Files.write(shard, changed);
        assertNotEquals(before, source.fingerprint());
        Files.write(shard, whole);
        assertEquals(before, source.fingerprint());
        Files.move(shard, folder.resolve("shard-9.parquet_0"));
        assertNotEquals(before, source.fingerprint());
        Files.move(folder.resolve("shard-9.parquet_0"), shard);
        Path elsewhere = Files.move(folder, temporary.resolve("elsewhere"));
        assertEquals(before, new ShardSource(elsewhere, VOCABULARY, MAX_TOKENS, 3).fingerprint());
        List<String> tokens = new ArrayList<>(VOCABULARY.tokens());
        tokens.add("more");
        assertNotEquals(before, new ShardSource(elsewhere, Vocabulary.of(tokens), MAX_TOKENS, 3).fingerprint());
    }

    @Test
    void aShardThatWasReplacedWhileTrainingIsRefused() {
        SampleSource source = open(1);
        TestShards.write(folder.resolve("shard-2.parquet_0"), List.of(numbered(1)));
        String message = assertThrows(Problem.class, () -> read(source, 0)).getMessage();
        assertTrue(message.contains("shard-2.parquet_0: has 1 rows, it had 133"), message);
    }

    @Test
    void shardsWithAndWithoutMasksAreNotMixed() {
        TestShards.write(folder.resolve("shard-8.parquet"), List.of(new Sample(List.of("the"), List.of("a"), true, 5,
                Optional.of(new Sample.Mask(List.of(1), List.of("was"))))));
        String message = assertThrows(Problem.class, () -> read(open(1), 0)).getMessage();
        assertTrue(message.contains("shards of one kind"), message);
    }

    @Test
    void aShardThatIsDeletedWhileTrainingIsNamed() {
        SampleSource source = open(1);
        try {
            Files.delete(folder.resolve("shard-2.parquet_0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String message = assertThrows(Problem.class, () -> read(source, 0)).getMessage();
        assertTrue(message.contains("shard-2.parquet_0: no such file"), message);
    }
}
