package dev.pluglm.memory;

import dev.pluglm.problem.Problem;

import java.util.Optional;

/**
 * What all passages of a memory have in common.
 *
 * @param keySize floats in a key, 1 to {@value #LARGEST_KEY}
 * @param valueSize floats in a value, or 0 for a memory that keeps none
 * @param encoder fingerprint of the encoder that makes keys and values, where it is known
 */
public record MemoryShape(int keySize, int valueSize, Optional<String> encoder) {
    /** Lucene's limit. */
    public static final int LARGEST_KEY = 1024;

    public MemoryShape {
        if (keySize < 1 || keySize > LARGEST_KEY) {
            throw Problem.of("keys of %d floats: a memory takes 1 to %d", keySize, LARGEST_KEY);
        }
        if (valueSize < 0) {
            throw Problem.of("values of %d floats: a memory takes 0 or more", valueSize);
        }
    }

    /** The shape of what an encoder makes. */
    public static MemoryShape of(PassageEncoder encoder) {
        return new MemoryShape(encoder.keySize(), encoder.valueSize(), Optional.of(encoder.fingerprint()));
    }
}
