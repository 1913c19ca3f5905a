package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StoredTensorTest {
    @Test
    void sizesThatOverflowOrAreNegativeAreNoSizes() {
        assertEquals(OptionalLong.of(24), DType.F32.bytes(2, 3));
        assertEquals(OptionalLong.of(8), DType.I64.bytes());
        assertEquals(OptionalLong.of(0), DType.F32.bytes(Long.MAX_VALUE, Long.MAX_VALUE, 0));
        assertEquals(OptionalLong.empty(), DType.F32.bytes(Long.MAX_VALUE / 2));
        assertEquals(OptionalLong.empty(), DType.U8.bytes(1L << 32, 1L << 31));
        assertEquals(OptionalLong.empty(), DType.F32.bytes(0, -1));
        assertEquals(OptionalLong.empty(), DType.F32.bytes(new long[65]));
    }

    @Test
    void dataThatDoesNotFitTheShapeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> StoredTensor.of(new float[3], 2, 2));
        assertThrows(IllegalArgumentException.class, () -> StoredTensor.of(new float[0], Long.MAX_VALUE, 2));
    }

    @Test
    void everyFloatingTypeBecomesFloats() {
        float[] expected = {1, -2.5f, Float.NEGATIVE_INFINITY};
        short[] halves = new short[3];
        short[] brains = new short[3];
        double[] doubles = new double[3];
        for (int i = 0; i < 3; i++) {
            halves[i] = Float.floatToFloat16(expected[i]);
            brains[i] = (short) (Float.floatToIntBits(expected[i]) >>> 16);
            doubles[i] = expected[i];
        }
        assertArrayEquals(expected, StoredTensor.of(expected, 3).floats());
        assertArrayEquals(expected, StoredTensor.ofHalf(halves, 3).floats());
        assertArrayEquals(expected, StoredTensor.of(doubles, 3).floats());
        assertArrayEquals(expected,
                new StoredTensor(DType.BF16, new long[] {3}, MemorySegment.ofArray(brains)).floats());
        assertArrayEquals(new float[] {-2.5f}, StoredTensor.of(expected, 3).floats(1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> StoredTensor.of(expected, 3).floats(2, 2));
        assertThrows(IllegalArgumentException.class, () -> StoredTensor.of(new long[1], 1).floats());
    }

    @Test
    void integersKeepTheirSign() {
        assertArrayEquals(new long[] {-1, 5}, StoredTensor.of(new short[] {-1, 5}, 2).longs());
        assertArrayEquals(new long[] {-1, 5}, StoredTensor.of(new int[] {-1, 5}, 2).longs());
        MemorySegment bytes = MemorySegment.ofArray(new byte[] {-1, 5});
        assertArrayEquals(new long[] {-1, 5}, new StoredTensor(DType.I8, new long[] {2}, bytes).longs());
        assertArrayEquals(new long[] {255, 5}, new StoredTensor(DType.U8, new long[] {2}, bytes).longs());
        assertThrows(IllegalArgumentException.class, () -> StoredTensor.of(new float[1], 1).longs());
    }

    @Test
    void anAliasIsTheSameMemoryAndNotOnlyTheSameContent() {
        float[] values = {1, 2};
        StoredTensor tensor = StoredTensor.of(values, 2);
        assertTrue(tensor.isAliasOf(StoredTensor.of(values, 2)));
        assertFalse(tensor.isAliasOf(StoredTensor.of(values.clone(), 2)));
        assertTrue(tensor.hasSameContent(StoredTensor.of(values.clone(), 2)));
        assertFalse(tensor.hasSameContent(StoredTensor.of(values, 1, 2)));
        assertFalse(tensor.hasSameContent(StoredTensor.of(new float[] {1, 3}, 2)));
    }
}
