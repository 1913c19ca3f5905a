package dev.pluglm.memory;

import dev.pluglm.problem.Problem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** Rows of half-precision numbers: little-endian bytes on disk, as numpy's {@code <f2}. */
final class Fp16 {
    private Fp16() {}

    /** The nearest half-precision numbers; a Problem that names {@code what} if one of them is not finite. */
    static float[] rounded(float[] numbers, String what) {
        float[] rounded = new float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            rounded[i] = Float.float16ToFloat(Float.floatToFloat16(numbers[i]));
            if (!Float.isFinite(rounded[i])) {
                throw Problem.of("%s: number %d is %s, which fp16 cannot hold (at most 65504)", what, i, numbers[i]);
            }
        }
        return rounded;
    }

    static byte[] bytes(float[] numbers) {
        byte[] bytes = new byte[numbers.length * Short.BYTES];
        ShortBuffer to = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        for (float number : numbers) {
            to.put(Float.floatToFloat16(number));
        }
        return bytes;
    }

    /** Decodes {@code count} numbers that start at byte {@code offset} into {@code to[at]} and on. */
    static void read(byte[] bytes, int offset, int count, float[] to, int at) {
        ShortBuffer from = ByteBuffer.wrap(bytes, offset, count * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer();
        for (int i = 0; i < count; i++) {
            to[at + i] = Float.float16ToFloat(from.get(i));
        }
    }
}
