package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor as it lies in a file: row-major, contiguous, little-endian. The data often is a view into a mapped file and
 * then lives as long as the reader that it came from.
 *
 * @param type what one number is
 * @param shape the lengths of the dimensions; empty for a single number
 * @param data exactly the bytes of all numbers, not necessarily aligned, read-only when from a file
 */
public record StoredTensor(DType type, long[] shape, MemorySegment data) {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** @throws IllegalArgumentException if the data is not exactly as large as type and shape say */
    public StoredTensor {
        shape = shape.clone();
        long expected = type.bytes(shape).orElse(-1);
        if (expected != data.byteSize()) {
            throw new IllegalArgumentException("a tensor %s of shape %s has %d bytes of data, expected %d"
                    .formatted(type, Arrays.toString(shape), data.byteSize(), expected));
        }
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** An F32 tensor that views {@code values}. */
    public static StoredTensor of(float[] values, long... shape) {
        return new StoredTensor(DType.F32, shape, MemorySegment.ofArray(values));
    }

    /** An F64 tensor that views {@code values}. */
    public static StoredTensor of(double[] values, long... shape) {
        return new StoredTensor(DType.F64, shape, MemorySegment.ofArray(values));
    }

    /** An I64 tensor that views {@code values}. */
    public static StoredTensor of(long[] values, long... shape) {
        return new StoredTensor(DType.I64, shape, MemorySegment.ofArray(values));
    }

    /** An I32 tensor that views {@code values}. */
    public static StoredTensor of(int[] values, long... shape) {
        return new StoredTensor(DType.I32, shape, MemorySegment.ofArray(values));
    }

    /** An I16 tensor that views {@code values}; half precision numbers by their bits go to {@link #ofHalf}. */
    public static StoredTensor of(short[] values, long... shape) {
        return new StoredTensor(DType.I16, shape, MemorySegment.ofArray(values));
    }

    /** An F16 tensor that views the bits of half precision numbers (see {@link Float#floatToFloat16}). */
    public static StoredTensor ofHalf(short[] bits, long... shape) {
        return new StoredTensor(DType.F16, shape, MemorySegment.ofArray(bits));
    }

    /** How many numbers there are: the product of the shape. */
    public long elementCount() {
        return data.byteSize() / type.size();
    }

    /** All numbers of a floating type as floats, F64 rounded to the nearest. */
    public float[] floats() {
        return floats(0, arrayLength());
    }

    /**
     * Some numbers of a floating type as floats, in row-major order.
     *
     * @throws IllegalArgumentException if the type is not floating
     * @throws IndexOutOfBoundsException if there are no such numbers
     */
    public float[] floats(long first, int count) {
        java.util.Objects.checkFromIndexSize(first, count, elementCount());
        float[] values = new float[count];
        switch (type) {
            case F32 -> MemorySegment.copy(data, FLOAT, first * 4, values, 0, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = Float.float16ToFloat(data.get(SHORT, (first + i) * 2));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = Float.intBitsToFloat(data.get(SHORT, (first + i) * 2) << 16);
                }
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = (float) data.get(DOUBLE, (first + i) * 8);
                }
            }
            default -> throw new IllegalArgumentException("a tensor of type " + type + " does not hold floats");
        }
        return values;
    }

    /**
     * All numbers of a type without fraction; BOOL as 0 and other.
     *
     * @throws IllegalArgumentException if the type is floating
     */
    public long[] longs() {
        long[] values = new long[arrayLength()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case I64 -> data.get(LONG, i * 8L);
                case I32 -> data.get(INT, i * 4L);
                case I16 -> data.get(SHORT, i * 2L);
                case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
                case U8, BOOL -> data.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
                default -> throw new IllegalArgumentException("a tensor of type " + type + " does not hold integers");
            };
        }
        return values;
    }

    /** Whether both are one and the same stored tensor: same type, same shape and the very same bytes in memory. */
    public boolean isAliasOf(StoredTensor other) {
        return type == other.type
                && Arrays.equals(shape, other.shape)
                && data.byteSize() == other.data.byteSize()
                && data.asOverlappingSlice(other.data).map(MemorySegment::byteSize).orElse(-1L) == data.byteSize();
    }

    /** Whether type, shape and all bits are equal; quick when one is an alias of the other. */
    public boolean hasSameContent(StoredTensor other) {
        return type == other.type
                && Arrays.equals(shape, other.shape)
                && (isAliasOf(other) || data.mismatch(other.data) == -1);
    }

    /** Such as {@code F32 [768, 128]}. */
    @Override
    public String toString() {
        return type + " " + Arrays.toString(shape);
    }

    private int arrayLength() {
        if (elementCount() > Integer.MAX_VALUE - 8) {
            throw Problem.of("a tensor %s holds more numbers than a Java array can", this);
        }
        return (int) elementCount();
    }
}
