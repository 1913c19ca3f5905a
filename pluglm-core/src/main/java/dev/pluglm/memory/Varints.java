package dev.pluglm.memory;

import java.util.Arrays;

/** Token ids as bytes, seven bits each, the lowest first: one to three bytes for the usual vocabularies. */
final class Varints {
    private static final int LONGEST = 5;

    private Varints() {}

    static byte[] write(int[] numbers) {
        byte[] bytes = new byte[Math.multiplyExact(numbers.length, LONGEST)];
        int at = 0;
        for (int number : numbers) {
            int rest = number;
            while ((rest & ~0x7f) != 0) {
                bytes[at++] = (byte) (rest & 0x7f | 0x80);
                rest >>>= 7;
            }
            bytes[at++] = (byte) rest;
        }
        return Arrays.copyOf(bytes, at);
    }

    static int[] read(byte[] bytes, int offset, int length) {
        int[] numbers = new int[length];
        int count = 0;
        int number = 0;
        int shift = 0;
        for (int i = offset; i < offset + length; i++) {
            number |= (bytes[i] & 0x7f) << shift;
            shift += 7;
            if (bytes[i] >= 0) {
                numbers[count++] = number;
                number = 0;
                shift = 0;
            }
        }
        return Arrays.copyOf(numbers, count);
    }
}
