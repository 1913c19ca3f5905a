package dev.pluglm.memory;

import dev.pluglm.problem.Problem;

/**
 * Keys or values held in an array, one row a passage, row after row: {@code [rows, size]}. The array is used as it is,
 * not copied, so it must not be changed afterwards.
 */
public sealed interface Vectors {

    /** Numbers in a row, at least 1. */
    int size();

    /** How many rows there are. */
    int rows();

    /** Copies a row to {@code to[at]} and on. */
    void copy(int row, float[] to, int at);

    /** Numbers in fp16, given by their bits, as a {@code keys.npy} or {@code values.npy} holds them. */
    static Vectors fp16(short[] bits, int size) {
        return new Halves(bits, size);
    }

    /** The nearest fp16 numbers: what a memory on disk would keep of these. They go to an array of their own. */
    static Vectors rounded(float[] numbers, int size) {
        short[] bits = new short[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            bits[i] = Float.floatToFloat16(numbers[i]);
        }
        return new Halves(bits, size);
    }

    /** Numbers in fp32, kept exactly; they take twice the room of fp16. */
    static Vectors fp32(float[] numbers, int size) {
        return new Singles(numbers, size);
    }

    /** A Problem that begins with {@code what} if a number is not finite: no ranking by it would mean anything. */
    default void checkFinite(String what) {
        float[] one = new float[size()];
        for (int row = 0; row < rows(); row++) {
            copy(row, one, 0);
            for (int i = 0; i < one.length; i++) {
                if (!Float.isFinite(one[i])) {
                    throw Problem.of("%s: number %d of row %d is %s, expected a finite number; encode them anew with"
                            + " a model whose weights are sound (fp16 holds at most 65504)", what, i, row, one[i]);
                }
            }
        }
    }

    private static void check(int length, int size) {
        if (size < 1 || length % size != 0) {
            throw new IllegalArgumentException("an array of " + length + " numbers does not hold rows of " + size);
        }
    }

    /** Numbers in fp16. */
    record Halves(short[] bits, int size) implements Vectors {
        public Halves {
            check(bits.length, size);
        }

        @Override
        public int rows() {
            return bits.length / size;
        }

        @Override
        public void copy(int row, float[] to, int at) {
            int from = row * size;
            for (int i = 0; i < size; i++) {
                to[at + i] = Float.float16ToFloat(bits[from + i]);
            }
        }
    }

    /** Numbers in fp32. */
    record Singles(float[] numbers, int size) implements Vectors {
        public Singles {
            check(numbers.length, size);
        }

        @Override
        public int rows() {
            return numbers.length / size;
        }

        @Override
        public void copy(int row, float[] to, int at) {
            System.arraycopy(numbers, row * size, to, at, size);
        }
    }
}
