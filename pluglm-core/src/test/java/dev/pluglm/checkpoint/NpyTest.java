package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    @TempDir
    Path folder;

    @Test
    void theGoldenKeysAreHalvesAndTheDocumentsShorts() {
        try (Npy keys = Npy.open(Fixture.path("golden/mlm-multi-head/keys.npy"));
                Npy documents = Npy.open(Fixture.path("golden/mlm-multi-head/documents.npy"))) {
            assertEquals("F16 [40, 16]", keys.tensor().toString());
            assertEquals("I16 [40, 12]", documents.tensor().toString());
            assertEquals(480, documents.tensor().longs().length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.npy", "v2.npy", "v3.npy"})
    void allVersionsOfTheFormatAreRead(String name) {
        try (Npy array = Npy.open(Fixture.path("formats/" + name))) {
            assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5}, array.tensor().longs());
            assertArrayEquals(new long[] {2, 3}, array.tensor().shape());
        }
    }

    @Test
    void anArrayWithoutDimensionsIsOneNumber() {
        try (Npy scalar = Npy.open(Fixture.path("formats/scalar.npy"))) {
            assertArrayEquals(new float[] {2.5f}, scalar.tensor().floats());
            assertEquals(0, scalar.tensor().shape().length);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "fortran.npy|is stored column by column", "big-endian.npy|holds big-endian numbers",
        "records.npy|holds records with named fields", "objects.npy|holds numbers of type '\\u007cO'",
        "kinds.pt|is a zip, expected a NumPy array"})
    void kindsOfArraysThatAreNotReadAreRefusedWithTheirKind(String name, String message) {
        Path file = Fixture.path("formats/" + name);
        Fixture.assertRefused(file, () -> Npy.open(file), message.replace("\\u007c", "|"));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = "BF16", mode = EnumSource.Mode.EXCLUDE)
    void everyTypeSurvivesARoundTrip(DType type) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        for (long[] shape : new long[][] {{}, {3}, {0, 4}, {2, 3, 4}}) {
            byte[] bytes = new byte[(int) type.bytes(shape).orElseThrow()];
            new Random(seed).nextBytes(bytes);
            StoredTensor tensor = new StoredTensor(type, shape, MemorySegment.ofArray(bytes));
            Npy.write(folder.resolve("a.npy"), tensor);
            try (Npy again = Npy.open(folder.resolve("a.npy"))) {
                assertTrue(tensor.hasSameContent(again.tensor()));
                assertEquals(0, again.tensor().data().address() % 64);
            }
        }
    }

    @Test
    void whatIsWrittenIsByteForByteWhatNumPyWrites() throws IOException {
        for (String name : new String[] {"keys", "values", "documents"}) {
            Path golden = Fixture.path("golden/mlm-multi-head/" + name + ".npy");
            try (Npy array = Npy.open(golden)) {
                Npy.write(folder.resolve("a.npy"), array.tensor());
            }
            assertArrayEquals(Files.readAllBytes(golden), Files.readAllBytes(folder.resolve("a.npy")), name);
        }
    }

    @Test
    void rowsWrittenInBlocksAppearTogetherAtTheCommit() {
        Path file = folder.resolve("rows.npy");
        try (Npy.Writer out = Npy.writer(file, DType.F16, 3, 2)) {
            out.append(new float[] {1, 2});
            out.append(new float[] {3, 4, 5, 65520});
            assertFalse(Files.exists(file));
            out.commit();
        }
        try (Npy array = Npy.open(file)) {
            assertEquals("F16 [3, 2]", array.tensor().toString());
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, Float.POSITIVE_INFINITY}, array.tensor().floats());
        }
    }

    @Test
    void anArrayMayGrowAndItsHeaderTellsTheNumberOfRowsAtTheEnd() throws IOException {
        Path file = folder.resolve("rows.npy");
        for (int rows : new int[] {0, 1, 123_456}) {
            try (Npy.Writer out = Npy.growing(file, DType.I16, 3)) {
                for (int row = 0; row < rows; row++) {
                    out.append(MemorySegment.ofArray(new short[] {(short) row, 2, 3}));
                }
                out.commit();
            }
            try (Npy array = Npy.open(file)) {
                assertEquals("I16 [" + rows + ", 3]", array.tensor().toString());
                assertEquals(rows == 0 ? 0 : (short) (rows - 1),
                        rows == 0 ? 0 : array.tensor().longs()[3 * (rows - 1)]);
            }
            assertEquals(0, (Files.size(file) - 6L * rows) % 64);
        }
    }

    @Test
    void tooFewOrTooManyRowsAreRefusedAndNothingIsLeft() throws IOException {
        Path file = folder.resolve("rows.npy");
        Fixture.assertRefused(file, () -> {
            try (Npy.Writer out = Npy.writer(file, DType.F32, 2, 2)) {
                out.append(new float[] {1, 2});
                out.commit();
            }
        }, "fewer rows were written than announced: 8 bytes, expected 16");
        Fixture.assertRefused(file, () -> {
            try (Npy.Writer out = Npy.writer(file, DType.F32, 1, 2)) {
                out.append(new float[] {1, 2, 3});
            }
        }, "more rows were written than announced: 12 bytes, expected 8");
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void bfloat16IsRefusedBecauseNumPyLacksIt() {
        StoredTensor tensor = new StoredTensor(DType.BF16, new long[] {1}, MemorySegment.ofArray(new short[1]));
        Path file = folder.resolve("a.npy");
        Fixture.assertRefused(file, () -> Npy.write(file, tensor), "NumPy has no type for BF16");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }|12|has 12 bytes of data, expected 8 for F32 [2]",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }|8|has 8 bytes of data, expected 16",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }|8|which no array can have",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }|8|a length from 0 to 2^63-1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }|8|a length from 0 to 2^63-1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2), }|8|a tuple such as (5,)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (,), }|8|a length from 0",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2), }|8|lengths with commas between",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }|8|expected True or False",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }|8|holds numbers of type '<c8'",
        "{'descr': '<f4', 'fortran_order': False}|8|lacks descr, fortran_order or shape",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}|8|the key 'descr'",
        "{'descr': __import__('os').system('true'), 'shape': (2,)}|8|expected a string in quotes",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } + x|8|nothing after the dictionary",
        "{'descr': '<f4|8|expected a string in quotes",
        "{|8|the end of the header"})
    void aHeaderThatLiesIsRefused(String header, int data, String message) throws IOException {
        Path file = write(1, header.length(), header, data);
        Fixture.assertRefused(file, () -> Npy.open(file), message);
    }

    @Test
    void headersLongerThanTheFileOrOfUnknownVersionsAreRefused() throws IOException {
        Path longer = write(1, 65535, "{}", 8);
        Fixture.assertRefused(longer, () -> Npy.open(longer),
                "ends after byte 20 where 65535 more bytes were expected");
        Path huge = write(2, -1, "{}", 8);
        Fixture.assertRefused(huge, () -> Npy.open(huge), "takes 4294967295 bytes, at most 65536");
        Path version = write(4, 2, "{}", 8);
        Fixture.assertRefused(version, () -> Npy.open(version), "is of version 4.0");
        Path file = folder.resolve("missing.npy");
        Fixture.assertRefused(file, () -> Npy.open(file), "there is no such file");
        Fixture.assertRefused(folder, () -> Npy.open(folder), "is not a regular file");
    }

    private Path write(int version, int length, String header, int data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(12 + header.length() + data).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1)).put((byte) version).put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) length);
        } else {
            bytes.putInt(length);
        }
        bytes.put(header.getBytes(StandardCharsets.ISO_8859_1));
        return Files.write(folder.resolve("lying.npy"), Arrays.copyOf(bytes.array(), bytes.position() + data));
    }
}
