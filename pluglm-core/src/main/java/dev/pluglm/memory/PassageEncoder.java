package dev.pluglm.memory;

import java.util.List;

/**
 * Turns passages into what a memory stores: token ids, a key and a value. Implemented over a model's document encoder;
 * a store knows nothing else of models.
 */
public interface PassageEncoder {

    /** Enough passages to share most of their words, few enough to stay in memory. */
    int AT_ONCE = 4096;

    /** Identifies the encoder's weights: equal fingerprints mean interchangeable keys and values. */
    String fingerprint();

    /** Floats in a key. */
    int keySize();

    /** Floats in a value. */
    int valueSize();

    /** How many passages to encode at once; fewer where that takes long, to show that it goes on. */
    default int atOnce() {
        return AT_ONCE;
    }

    /** Encodes these passages, in their order. Values are rounded to fp16 when they are stored, keys too. */
    List<Encoded> encode(List<Passage> passages);

    /**
     * What is stored of a passage beside its text.
     *
     * @param tokens token ids with special tokens, unpadded
     * @param key {@code [keySize]}
     * @param value {@code [valueSize]}
     */
    record Encoded(int[] tokens, float[] key, float[] value) {}
}
