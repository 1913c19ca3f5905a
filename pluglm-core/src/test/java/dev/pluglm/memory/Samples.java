package dev.pluglm.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Passages to fill memories with. */
final class Samples {
    static final int KEY = 7;
    static final int VALUE = 3;
    static final MemoryShape SHAPE = new MemoryShape(KEY, VALUE, Optional.of("encoder-of-the-tests"));

    private Samples() {}

    /** An entry whose tokens, value, title, source and metadata all tell its number. */
    static Entry entry(int number, float... key) {
        Passage passage = new Passage("p" + number, "Passage number " + number, Optional.of("Title " + number),
                Optional.of("source-" + number % 3), Map.of("number", number));
        return new Entry(passage, new PassageEncoder.Encoded(new int[] {101, 1000 + number, 102}, key,
                new float[] {number, number / 3f, -number}));
    }

    /** Entries with random keys that fp16 does not hold exactly. */
    static List<Entry> random(int count, RandomGenerator random) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry(i, floats(KEY, random)));
        }
        return entries;
    }

    /** Entries with keys of few different numbers, so that many products tie. */
    static List<Entry> coarse(int count, RandomGenerator random) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] key = new float[KEY];
            for (int d = 0; d < KEY; d++) {
                key[d] = random.nextInt(-1, 2);
            }
            entries.add(entry(i, key));
        }
        return entries;
    }

    static float[] floats(int count, RandomGenerator random) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }

    /** A key along the first dimension. */
    static float[] along(float length) {
        float[] key = new float[KEY];
        key[0] = length;
        return key;
    }
}
