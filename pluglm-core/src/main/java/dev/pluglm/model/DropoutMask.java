package dev.pluglm.model;

import org.bytedeco.pytorch.global.torch.ScalarType;

import java.lang.foreign.MemorySegment;

/**
 * Random factors: 0, or a scale that makes 1 of their expectation. They are a hash of a counter, in loops that the
 * compiler turns into vector instructions: one number takes a fraction of a nanosecond.
 *
 * <p>The probability of 0 is a multiple of 1/65536. The scale is a number that the format of the factors can hold, and
 * the probability is the one that goes with it: of 0.1, bf16 makes 0.0986, fp16 and fp32 0.1000. So the expectation is
 * 1 to 1/65536 of itself while at least half of the numbers are kept.
 *
 * @param zeros how many of the 65536 values of a random number mean 0
 * @param scale the bits of the scale in its format
 * @param twoBytes whether that format has two bytes rather than four
 */
record DropoutMask(int zeros, int scale, boolean twoBytes) {
    private static final int VALUES = 1 << 16;
    private static final float LARGEST_FP16 = 65_504;
    /** Ints that are drawn at once: what the processor's nearest cache holds. */
    private static final int CHUNK = 1 << 12;

    /**
     * The mask of that probability of 0, 0 to 1.
     *
     * @throws IllegalArgumentException if the format is none of fp32, bf16 and fp16
     */
    static DropoutMask of(double probability, ScalarType format) {
        int kept = VALUES - (int) Math.round(probability * VALUES);
        if (kept == 0) {
            return new DropoutMask(VALUES, 0, format.intern() != ScalarType.Float);
        }
        float wanted = (float) VALUES / kept;
        return switch (format.intern()) {
            case Float -> new DropoutMask(VALUES - kept, Float.floatToRawIntBits(wanted), false);
            case BFloat16 -> {
                int bits = Float.floatToRawIntBits(wanted) + (1 << 15) >>> 16;
                yield halves(bits, Float.intBitsToFloat(bits << 16));
            }
            case Half -> {
                short bits = Float.floatToFloat16(Math.min(wanted, LARGEST_FP16));
                yield halves(bits, Float.float16ToFloat(bits));
            }
            default -> throw new IllegalArgumentException("there is no dropout of numbers of type " + format);
        };
    }

    private static DropoutMask halves(int bits, float scale) {
        return new DropoutMask(VALUES - Math.round(VALUES / scale), bits, true);
    }

    /** Fills a tensor's memory; the same seed gives the same factors. */
    void fill(MemorySegment bytes, long seed) {
        int[] chunk = new int[CHUNK];
        int inner = (int) (seed >>> 32);
        int counter = (int) seed;
        long size = bytes.byteSize();
        for (long at = 0; at < size; at += (long) CHUNK * Integer.BYTES, counter += CHUNK) {
            if (twoBytes) {
                drawPairs(chunk, counter, inner, zeros, scale);
            } else {
                draw(chunk, counter, inner, zeros, scale);
            }
            long length = Math.min(size - at, (long) CHUNK * Integer.BYTES);
            MemorySegment.copy(MemorySegment.ofArray(chunk), 0, bytes, at, length);
        }
    }

    private static void draw(int[] out, int counter, int inner, int zeros, int scale) {
        for (int i = 0; i < out.length; i++) {
            out[i] = factor(hash(counter + i, inner) >>> 16, zeros, scale);
        }
    }

    private static void drawPairs(int[] out, int counter, int inner, int zeros, int scale) {
        for (int i = 0; i < out.length; i++) {
            int random = hash(counter + i, inner);
            out[i] = factor(random & 0xFFFF, zeros, scale) | factor(random >>> 16, zeros, scale) << 16;
        }
    }

    /** Without a branch, which would end the vectors. */
    private static int factor(int random, int zeros, int scale) {
        return ~(random - zeros >> 31) & scale;
    }

    /**
     * The last steps of MurmurHash3 with half of the seed between them: the masks of two seeds are not two pieces of one
     * sequence.
     */
    private static int hash(int counter, int inner) {
        int x = counter * 0x9E3779B9;
        x = (x ^ x >>> 16) * 0x85EBCA6B;
        x ^= inner;
        x = (x ^ x >>> 13) * 0xC2B2AE35;
        return x ^ x >>> 16;
    }
}
