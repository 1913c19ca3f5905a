package dev.pluglm.checkpoint;

import static dev.pluglm.checkpoint.TinyCheckpoint.numbers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Models whose weights are rounded, on the disk and back. */
class ModelCompressionTest {
    private static final String WORDS = "bert.embeddings.word_embeddings.weight";
    private static final String DECODER = "cls.predictions.decoder.weight";
    private static final String QUERY = "bert.encoder.layer.0.attention.self.query.weight";
    private static final String NORM = "bert.embeddings.LayerNorm.weight";

    @TempDir
    Path folder;

    private static Checkpoint model() {
        return model(_ -> {});
    }

    private static Checkpoint model(Consumer<PlugLMConfig.Draft> changes) {
        return TinyCheckpoint.random(11, changes);
    }

    private static void set(Checkpoint model, String name, float... numbers) {
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            var tensor = model.model().tensors().get(name);
            float[] all = Tensors.floats(tensor);
            System.arraycopy(numbers, 0, all, 0, numbers.length);
            tensor.copy_(Tensors.of(all, Tensors.shape(tensor)));
        }
    }

    private Path compressed(WeightFormat format) {
        Path path = folder.resolve(format.toString());
        try (Checkpoint model = model()) {
            ModelCompression.write(model, format, false, path);
        }
        return path;
    }

    @ParameterizedTest
    @EnumSource(value = WeightFormat.class, names = "FP32", mode = EnumSource.Mode.EXCLUDE)
    void noWeightIsFurtherOffThanItsFormatAllowsAndTheReportSaysSo(WeightFormat format) {
        Path path = folder.resolve("rounded");
        try (Checkpoint model = model()) {
            Rounding rounding = ModelCompression.write(model, format, false, path);
            double allowed = format == WeightFormat.INT8 ? 0.5 / 127 + 1e-3 / 127 : 1.0 / 2048;
            assertTrue(rounding.largest() > allowed / 3 && rounding.largest() <= allowed, rounding::toString);
            assertTrue(rounding.mean() > 0 && rounding.mean() < rounding.largest(), rounding::toString);
            assertEquals(format, Checkpoint.weightFormat(path));
            try (Checkpoint read = Checkpoint.read(path)) {
                Map<String, float[]> before = numbers(model);
                Map<String, float[]> after = numbers(read);
                assertEquals(before.keySet(), after.keySet());
                before.forEach((name, exact) -> {
                    long[] shape = Tensors.shape(model.model().tensors().get(name));
                    int columns = shape.length == 2 ? (int) shape[1] : exact.length;
                    for (int start = 0; start < exact.length; start += columns) {
                        float[] row = Arrays.copyOfRange(exact, start, start + columns);
                        float[] kept = Arrays.copyOfRange(after.get(name), start, start + columns);
                        assertTrue(Rounding.of(name, 0, row, kept).largest() <= rounding.largest(), name);
                    }
                });
            }
        }
    }

    @Test
    void aNumberIsTheNearestMultipleOfItsRowsScaleAndTheEvenOneOfTwo() {
        float[] matrix = {127, 63.5f, -0.5f, 1.5f, 0, 0, 0, 0, -254, 1, 3, 2};
        RoundedTensor rounded = RoundedTensor.int8("t", StoredTensor.of(matrix, 3, 4));
        assertArrayEquals(new long[] {127, 64, 0, 2, 0, 0, 0, 0, -127, 0, 2, 1}, rounded.tensor().longs());
        assertArrayEquals(new float[] {1, 0, 2}, rounded.scale().orElseThrow().floats());
        assertEquals(0.5 / 127, rounded.rounding().largest());
        assertEquals(12, rounded.rounding().count());
    }

    @Test
    void rowsOfZerosAndOfVerySmallAndVeryLargeNumbersAreKept() {
        float huge = Float.MAX_VALUE;
        try (Checkpoint model = model()) {
            set(model, QUERY, 0, 0, 0, 0, 0, 0, 0, 0,
                    1e-30f, 0, 0, 0, 0, 0, 0, -1e-30f,
                    huge, -huge, 0, 0, 0, 0, 0, 0,
                    Float.MIN_VALUE, 0, 0, 0, 0, 0, 0, 0);
            set(model, NORM, 1e6f, 1e-9f);
            for (WeightFormat format : List.of(WeightFormat.INT8, WeightFormat.FP16)) {
                ModelCompression.write(model, format, false, folder.resolve(format.toString()));
                try (Checkpoint read = Checkpoint.read(folder.resolve(format.toString()))) {
                    float[] query = numbers(read).get(QUERY);
                    assertArrayEquals(new float[8], Arrays.copyOf(query, 8));
                    assertEquals(1e-30f, query[8], 1e-33f);
                    assertEquals(huge, query[16], huge / 1000);
                    assertEquals(1e6f, numbers(read).get(NORM)[0], "what fp16 cannot hold stays in fp32");
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"INT8, NaN", "INT8, Infinity", "FP16, NaN", "FP16, -Infinity"})
    void aWeightThatIsNoNumberIsRefusedWithItsTensorAndNothingIsWritten(WeightFormat format, float number)
            throws IOException {
        for (String name : List.of(QUERY, NORM)) {
            try (Checkpoint model = model()) {
                set(model, name, 1, number);
                Problem problem = assertThrows(
                        Problem.class, () -> ModelCompression.write(model, format, false, folder.resolve("none")));
                assertTrue(problem.getMessage().contains(name) && problem.getMessage().contains("number 1 of row 0"),
                        problem::getMessage);
            }
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void whatIsSavedAgainIsAnOrdinaryCheckpointAndRoundingItAgainChangesNothing() throws IOException {
        for (WeightFormat format : List.of(WeightFormat.INT8, WeightFormat.FP16)) {
            Path path = compressed(format);
            Path again = folder.resolve("again" + format);
            Path plain = folder.resolve("plain" + format);
            try (Checkpoint read = Checkpoint.read(path)) {
                read.write(plain);
                Rounding rounding = ModelCompression.write(read, format, false, again);
                assertEquals(0, rounding.largest(), rounding::toString);
                assertEquals("test, rounded to " + format, read.origin());
                assertEquals(-1, Files.mismatch(path.resolve("config.json"), again.resolve("config.json")));
                try (Checkpoint saved = Checkpoint.read(plain)) {
                    assertEquals(WeightFormat.FP32, Checkpoint.weightFormat(plain));
                    assertTrue(Files.readString(plain.resolve("config.json")).contains("\"format_version\" : 1"));
                    numbers(read).forEach((name, numbers) ->
                            assertArrayEquals(numbers, numbers(saved).get(name), name));
                }
            }
            assertEquals(-1, Files.mismatch(path.resolve("model.safetensors"), again.resolve("model.safetensors")));
            assertTrue(Checkpoint.size(path) < Checkpoint.size(plain));
            Checkpoint.read(path, new Device("cpu"), Precision.BF16).close();
        }
    }

    @Test
    void theMemoryEncoderIsAnotherOneWhetherItIsTheModelsOwnOrCarried() {
        for (boolean carried : new boolean[] {false, true}) {
            try (Checkpoint model = model()) {
                if (carried) {
                    model.model().carryMemoryEncoder();
                }
                Path path = folder.resolve("carried" + carried);
                ModelCompression.write(model, WeightFormat.INT8, false, path);
                try (Checkpoint read = Checkpoint.read(path)) {
                    assertNotEquals(model.model().memoryEncoderFingerprint(), read.model().memoryEncoderFingerprint());
                    assertEquals(read.model().memoryEncoderFingerprint().orElseThrow(),
                            read.model().config().memoryEncoderFingerprint());
                    assertEquals(carried, read.model().tensors().containsKey(MemoryEncoder.PREFIX + WORDS));
                }
            }
        }
    }

    @Test
    void matricesThatAreTheSameAreStoredOnce() {
        try (Checkpoint model = model()) {
            set(model, DECODER, numbers(model).get(WORDS));
            model.model().carryMemoryEncoder();
            Path path = folder.resolve("tied");
            ModelCompression.write(model, WeightFormat.INT8, false, path);
            try (Safetensors file = Safetensors.open(path.resolve("model.safetensors"))) {
                assertEquals(WORDS, file.metadata().get(DECODER));
                assertEquals(WORDS, file.metadata().get(MemoryEncoder.PREFIX + WORDS));
                assertFalse(file.tensors().containsKey(DECODER));
            }
            try (Checkpoint read = Checkpoint.read(path)) {
                assertArrayEquals(numbers(read).get(WORDS), numbers(read).get(DECODER));
            }
        }
    }

    @Test
    void aZippedModelIsTheSameModelInFewerFilesOfItsOwnNameAndDamageIsFound() throws IOException {
        Path plain = compressed(WeightFormat.INT8);
        Path zipped = folder.resolve("zipped");
        Path again = folder.resolve("again");
        try (Checkpoint model = model()) {
            ModelCompression.write(model, WeightFormat.INT8, true, zipped);
            ModelCompression.write(model, WeightFormat.INT8, true, again);
        }
        Path zip = zipped.resolve("model.safetensors.zip");
        assertFalse(Files.exists(zipped.resolve("model.safetensors")));
        assertEquals(-1, Files.mismatch(zip, again.resolve("model.safetensors.zip")));
        assertEquals(WeightFormat.INT8, Checkpoint.weightFormat(zipped));
        assertTrue(Checkpoint.size(zipped) > Files.size(zip) && Checkpoint.size(zipped) < Checkpoint.size(plain));
        Checkpoint.verify(zipped);
        try (Checkpoint read = Checkpoint.read(zipped); Checkpoint other = Checkpoint.read(plain)) {
            numbers(read).forEach((name, numbers) -> assertArrayEquals(numbers(other).get(name), numbers, name));
        }
        byte[] bytes = Files.readAllBytes(zip);
        Files.write(zip, Arrays.copyOf(bytes, bytes.length / 2));
        assertSays(assertThrows(Problem.class, () -> Checkpoint.read(zipped)).getMessage(), zip.toString(), "damaged");
        Checksums.write(zipped, List.of("config.json", "model.safetensors.zip", "vocab.txt"));
        assertSays(assertThrows(Problem.class, () -> Checkpoint.read(zipped)).getMessage(), zip.toString());
        Files.delete(zip);
        assertSays(assertThrows(Problem.class, () -> Checkpoint.read(zipped)).getMessage(),
                "model.safetensors.zip is missing");
    }

    @Test
    void weightsInAnotherFileThanOneOfOurNamesAreRefused() throws IOException {
        Path path = compressed(WeightFormat.INT8);
        Path config = path.resolve("config.json");
        Files.writeString(config, Files.readString(config)
                .replace("\"format_version\"", "\"weights\" : \"../secret\", \"format_version\""));
        Checksums.write(path, List.of("config.json", "model.safetensors", "vocab.txt"));
        assertSays(assertThrows(Problem.class, () -> Checkpoint.read(path)).getMessage(), config.toString(),
                "'../secret'", "expected model.safetensors or model.safetensors.zip");
    }

    /** Writes a good model's file of weights again with a change, and gives the message that it is refused with. */
    private String refused(BiConsumer<Map<String, StoredTensor>, Map<String, String>> change) throws IOException {
        Path path = compressed(WeightFormat.INT8);
        Path weights = path.resolve("model.safetensors");
        try (Safetensors file = Safetensors.open(weights)) {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>(file.tensors());
            Map<String, String> metadata = new HashMap<>(file.metadata());
            change.accept(tensors, metadata);
            Safetensors.write(folder.resolve("changed"), tensors, metadata);
        }
        Files.move(folder.resolve("changed"), weights, StandardCopyOption.REPLACE_EXISTING);
        Checksums.write(path, List.of("config.json", "model.safetensors", "vocab.txt"));
        Problem problem = assertThrows(Problem.class, () -> Checkpoint.read(path).close());
        assertThrows(Problem.class, () -> Checkpoint.weightFormat(path));
        assertEquals(1, problem.getMessage().lines().count());
        assertTrue(problem.getMessage().startsWith(weights.toString()), problem::getMessage);
        return problem.getMessage();
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void scalesThatAreMissingAreNamed() throws IOException {
        assertSays(refused((tensors, _) -> tensors.remove(QUERY + ".scale")), QUERY + ".scale", "missing");
    }

    @Test
    void scalesOfAnotherShapeOrTypeAreRefused() throws IOException {
        assertSays(refused((tensors, _) -> tensors.put(QUERY + ".scale", StoredTensor.of(new float[7], 7))),
                QUERY + ".scale", "F32 [7]", "expected F16 or F32 [8]");
    }

    @Test
    void scalesWithASecondDimensionAreRefused() throws IOException {
        assertSays(refused((tensors, _) -> tensors.put(QUERY + ".scale", StoredTensor.of(new float[8], 8, 1))),
                "F32 [8, 1]", "expected F16 or F32 [8]");
    }

    @Test
    void scalesThatAreNoFractionsAreRefused() throws IOException {
        assertSays(refused((tensors, _) -> tensors.put(QUERY + ".scale", StoredTensor.of(new long[8], 8))),
                QUERY + ".scale", "I64");
    }

    @ParameterizedTest
    @CsvSource({"NaN", "-0.5", "Infinity", "3e38"})
    void aScaleThatIsNoneIsRefusedWithItsRow(float scale) throws IOException {
        float[] scales = new float[8];
        scales[3] = scale;
        assertSays(refused((tensors, _) -> tensors.put(QUERY + ".scale", StoredTensor.of(scales, 8))),
                QUERY + ".scale", "for row 3", String.valueOf(scale));
    }

    @Test
    void scalesOfNothingAreRefused() throws IOException {
        assertSays(refused((tensors, _) -> tensors.put(NORM + ".scale", StoredTensor.of(new float[8], 8))),
                NORM + ".scale", "no tensor of type I8");
    }

    @Test
    void int8WhereThereAreNoRowsIsRefused() throws IOException {
        assertSays(refused((tensors, _) -> tensors.put(NORM,
                        new StoredTensor(DType.I8, new long[] {8}, MemorySegment.ofArray(new byte[8])))),
                NORM, "expected two dimensions");
    }

    @Test
    void numbersThatAreNoWeightsAreRefused() throws IOException {
        assertSays(refused((tensors, _) -> tensors.put(NORM, StoredTensor.of(new long[8], 8))), NORM, "I64");
    }

    @Test
    void aTensorThatIsSaidToBeOneThatIsNotThereIsRefused() throws IOException {
        assertSays(refused((tensors, metadata) -> {
            tensors.remove(DECODER);
            tensors.remove(DECODER + ".scale");
            metadata.put(DECODER, "nothing");
        }), DECODER, "'nothing'", "no such tensor");
    }

    @Test
    void aTensorThatIsThereAndSaidToBeAnotherIsRefused() throws IOException {
        assertSays(refused((_, metadata) -> metadata.put(DECODER, WORDS)), DECODER, WORDS, "has both");
    }

    @Test
    void aProgramThatKnowsFp32OnlyIsToldAndSoAreWeOfWhatWeDoNotKnow() throws IOException {
        Path path = compressed(WeightFormat.INT8);
        Path config = path.resolve("config.json");
        String text = Files.readString(config);
        assertTrue(text.contains("\"format_version\" : 2"), text);
        Files.writeString(config, text.replace("\"format_version\" : 2", "\"format_version\" : 3"));
        Problem problem = assertThrows(Problem.class, () -> Checkpoint.read(path).close());
        assertSays(problem.getMessage(), "version 3", "version 1 to 2");
    }

    @Test
    void anEncoderThatIsNotAtHandKeepsItsFingerprintForItsMemoriesStillFit() {
        String known = "f".repeat(64);
        try (Checkpoint model = model(c -> {
            c.fixKeys = true;
            c.fixValues = true;
            c.memoryEncoderFingerprint = known;
        })) {
            ModelCompression.write(model, WeightFormat.INT8, false, folder.resolve("reader"));
            try (Checkpoint read = Checkpoint.read(folder.resolve("reader"))) {
                assertEquals(Optional.of(known), read.model().memoryEncoderFingerprint());
            }
        }
    }
}
