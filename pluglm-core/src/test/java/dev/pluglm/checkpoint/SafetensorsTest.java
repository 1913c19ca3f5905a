package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void theGoldenFileIsRead() {
        try (Weights expected = Weights.open(Fixture.path("golden/mlm-multi-head/expected.safetensors"))) {
            assertEquals("safetensors", expected.format());
            assertEquals("I64 [6, 20]", expected.tensors().get("input.input_ids").toString());
            assertEquals(120, expected.tensors().get("input.input_ids").longs().length);
            assertEquals("F32 [6, 20, 32]", expected.tensors().get("eval.hidden.0").toString());
        }
    }

    @Test
    void whatIsWrittenIsReadBackAndTheSameContentGivesTheSameBytes() throws IOException {
        try (Safetensors kinds = Safetensors.open(Fixture.path("formats/kinds.safetensors"))) {
            assertEquals(Map.of("format", "pt"), kinds.metadata());
            Safetensors.write(folder.resolve("a"), kinds.tensors(), kinds.metadata());
            Safetensors.write(folder.resolve("b"), kinds.tensors(), kinds.metadata());
            assertArrayEquals(Files.readAllBytes(folder.resolve("a")), Files.readAllBytes(folder.resolve("b")));
            try (Safetensors again = Safetensors.open(folder.resolve("a"))) {
                Fixture.assertSame(kinds.tensors(), again.tensors());
                assertEquals(kinds.metadata(), again.metadata());
                again.tensors().forEach((name, tensor) ->
                        assertEquals(0, tensor.data().address() % tensor.type().size(), name + " is aligned"));
            }
        }
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void afterClosingTheDataIsGoneAndClosingAgainDoesNothing() {
        Safetensors kinds = Safetensors.open(Fixture.path("formats/kinds.safetensors"));
        StoredTensor tensor = kinds.tensors().get("f32");
        kinds.close();
        kinds.close();
        assertThrows(IllegalStateException.class, tensor::floats);
    }

    @Test
    void randomTensorsSurviveARoundTrip() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) {
            DType type = DType.values()[random.nextInt(DType.values().length)];
            long[] shape = random.ints(random.nextInt(4), 0, 6).asLongStream().toArray();
            byte[] bytes = new byte[(int) type.bytes(shape).orElseThrow()];
            random.nextBytes(bytes);
            tensors.put("tensor \"" + i + "\" \u00e9\n", new StoredTensor(type, shape,
                    java.lang.foreign.MemorySegment.ofArray(bytes)));
        }
        Safetensors.write(folder.resolve("random"), tensors);
        try (Safetensors again = Safetensors.open(folder.resolve("random"))) {
            Fixture.assertSame(tensors, again.tensors());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|4|lies at bytes 0 to 8, the file has 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|12|has 12 bytes of data, its header",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|8|takes 8 bytes, expected 12 for F32 [3]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}|8|fewer than 2^63",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}|8|expected 0 to 2^63-1",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|8|has the number '-2'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}|8|expected VALUE_NUMBER_INT",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|starts at byte 4 of the data, expected 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|8|lies at bytes 8 to 0",
        "{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}|8|has the dtype 'F33'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}|8|unknown field 'x'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}|8|must have a dtype, a shape and two data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|not well-formed JSON: Duplicate",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|overlap or leave a hole",
        "{\"__metadata__\":{\"a\":1}}|0|__metadata__ 'a' is VALUE_NUMBER_INT",
        "{\"a\":[]}|0|tensor 'a' is START_ARRAY",
        "{} {}|0|more than one JSON value",
        "{\"a\":|0|not well-formed JSON",
    })
    void aHeaderThatLiesIsRefused(String header, int data, String message) throws IOException {
        Path file = write(header.getBytes(StandardCharsets.UTF_8), header.length(), data);
        Fixture.assertRefused(file, () -> Weights.open(file), message);
    }

    @Test
    void aHeaderLengthBeyondTheFileOrTheFormatIsRefused() throws IOException {
        for (long length : List.of(3L, 100_000_001L, Long.MAX_VALUE, -1L)) {
            Path file = write("{}".getBytes(StandardCharsets.UTF_8), length, 0);
            Fixture.assertRefused(file, () -> Weights.open(file), Long.toUnsignedString(length), "2 bytes follow");
        }
    }

    @Test
    void deepNestingAndBytesThatAreNoUtf8AreRefused() throws IOException {
        byte[] deep = ("{\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        Path nested = write(deep, deep.length, 0);
        Fixture.assertRefused(nested, () -> Weights.open(nested));
        byte[] wrong = "{\"\u00ff\":{}}".getBytes(StandardCharsets.ISO_8859_1);
        Path notText = write(wrong, wrong.length, 0);
        Fixture.assertRefused(notText, () -> Weights.open(notText), "not well-formed JSON");
    }

    private Path write(byte[] header, long length, int data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(length).put(header);
        return Files.write(folder.resolve("lying"), bytes.array());
    }
}
