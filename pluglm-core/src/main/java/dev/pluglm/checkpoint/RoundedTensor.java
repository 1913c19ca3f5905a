package dev.pluglm.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * A tensor in fewer bits.
 *
 * <p>A matrix of int8 has a scale for each row: a number is the product of both. The scale is a 127th of the row's
 * largest number, kept to the 11 significant bits of fp16. So each product is exact in fp32, on every machine; rounding
 * what was rounded before changes nothing; and scales that are not too small for fp16 take 2 bytes.
 *
 * @param tensor the numbers: I8, F16, or F32 where fp16 would lose more than its usual share
 * @param scale F16 or F32 {@code [rows]}, of I8 only
 * @param rounding what was lost
 */
record RoundedTensor(StoredTensor tensor, Optional<StoredTensor> scale, Rounding rounding) {

    private static final int MOST = 127;
    /** Half of the last of fp16's 11 significant bits. */
    private static final double FP16_ERROR = 1.0 / (1 << 11);

    /** In fp16, or as it is if fp16 cannot hold its numbers about as well as those of most weights. */
    static RoundedTensor fp16(String name, StoredTensor exact) {
        long[] shape = exact.shape();
        int columns = shape.length == 0 ? 1 : Math.toIntExact(shape[shape.length - 1]);
        float[] numbers = exact.floats();
        short[] halves = new short[numbers.length];
        float[] kept = new float[columns];
        Rounding rounding = Rounding.NONE;
        for (int start = 0; start < numbers.length; start += columns) {
            for (int i = 0; i < columns; i++) {
                halves[start + i] = Float.floatToFloat16(numbers[start + i]);
                kept[i] = Float.float16ToFloat(halves[start + i]);
            }
            float[] row = Arrays.copyOfRange(numbers, start, start + columns);
            rounding = rounding.and(Rounding.of(name, start / columns, row, kept));
        }
        return rounding.largest() <= FP16_ERROR
                ? new RoundedTensor(StoredTensor.ofHalf(halves, shape), Optional.empty(), rounding)
                : new RoundedTensor(exact, Optional.empty(), new Rounding(0, "", 0, numbers.length));
    }

    /** A matrix in int8, with its scales. */
    static RoundedTensor int8(String name, StoredTensor exact) {
        int rows = Math.toIntExact(exact.shape()[0]);
        int columns = Math.toIntExact(exact.shape()[1]);
        byte[] bytes = new byte[Math.multiplyExact(rows, columns)];
        float[] scales = new float[rows];
        float[] kept = new float[columns];
        Rounding rounding = Rounding.NONE;
        for (int row = 0; row < rows; row++) {
            float[] numbers = exact.floats((long) row * columns, columns);
            float scale = elevenBits(Rounding.most(name, row, numbers) / MOST);
            scales[row] = scale;
            for (int i = 0; i < columns; i++) {
                // A row of zeros has the scale 0, as has one of numbers that are too small for a scale.
                double steps = scale == 0 ? 0 : Math.rint((double) numbers[i] / scale);
                byte number = (byte) Math.clamp(steps, -MOST, MOST);
                bytes[row * columns + i] = number;
                kept[i] = number * scale;
            }
            rounding = rounding.and(Rounding.of(name, row, numbers, kept));
        }
        return new RoundedTensor(new StoredTensor(DType.I8, exact.shape(), MemorySegment.ofArray(bytes)),
                Optional.of(scales(scales)), rounding);
    }

    /** The nearest number of 11 significant bits, even if there are two. */
    private static float elevenBits(float scale) {
        int bits = Float.floatToIntBits(scale);
        return Float.intBitsToFloat(bits + 0xFFF + (bits >> 13 & 1) & ~0x1FFF);
    }

    private static StoredTensor scales(float[] scales) {
        short[] halves = new short[scales.length];
        for (int i = 0; i < scales.length; i++) {
            halves[i] = Float.floatToFloat16(scales[i]);
            if (Float.float16ToFloat(halves[i]) != scales[i]) {
                return StoredTensor.of(scales, scales.length);
            }
        }
        return StoredTensor.ofHalf(halves, halves.length);
    }
}
