package dev.pluglm.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Rows of floats in memory or in a mapped file, fp16 or fp32.
 *
 * @param data row after row, little-endian
 * @param rows how many
 * @param width floats in a row
 * @param precision how a float is written
 */
public record FloatRows(MemorySegment data, int rows, int width, Precision precision) {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** How a float is written. */
    public enum Precision {
        FP16(Short.BYTES), FP32(Float.BYTES);

        private final int bytes;

        Precision(int bytes) {
            this.bytes = bytes;
        }
    }

    public FloatRows {
        if (rows < 0 || width < 0 || data.byteSize() != (long) rows * width * precision.bytes) {
            throw new IllegalArgumentException("data of " + data.byteSize() + " bytes for " + rows + " rows of " + width
                    + " floats in " + precision);
        }
    }

    /** Rows of {@code width} floats. */
    public static FloatRows of(float[] data, int width) {
        MemorySegment little = MemorySegment.ofArray(new byte[Math.multiplyExact(data.length, Float.BYTES)]);
        MemorySegment.copy(data, 0, little, FLOAT, 0, data.length);
        return new FloatRows(little, rows(data.length, width), width, Precision.FP32);
    }

    /** Rows of {@code width} half-precision floats. */
    public static FloatRows ofFp16(short[] data, int width) {
        MemorySegment little = MemorySegment.ofArray(new byte[Math.multiplyExact(data.length, Short.BYTES)]);
        MemorySegment.copy(data, 0, little, SHORT, 0, data.length);
        return new FloatRows(little, rows(data.length, width), width, Precision.FP16);
    }

    private static int rows(int floats, int width) {
        if (width < 1 || floats % width != 0) {
            throw new IllegalArgumentException(floats + " floats do not make rows of " + width);
        }
        return floats / width;
    }

    /** Copies a row to {@code to[at]} and on. */
    public void get(int row, float[] to, int at) {
        long first = (long) row * width;
        for (int i = 0; i < width; i++) {
            to[at + i] = precision == Precision.FP32
                    ? data.get(FLOAT, (first + i) * Float.BYTES)
                    : Float.float16ToFloat(data.get(SHORT, (first + i) * Short.BYTES));
        }
    }
}
