package dev.pluglm.memory;

import java.util.List;
import java.util.Random;

/** Encodes a text by its hash: the same text always gives the same tokens, key and value. */
record TestEncoder(String fingerprint, int keySize, int valueSize) implements PassageEncoder {
    static final TestEncoder STANDARD = new TestEncoder("0123456789abcdef0123456789abcdef", 16, 24);

    @Override
    public List<Encoded> encode(List<Passage> passages) {
        return passages.stream().map(this::encode).toList();
    }

    Encoded encode(Passage passage) {
        Random random = new Random((passage.title().orElse("") + passage.text() + fingerprint).hashCode());
        int[] tokens = random.ints(1 + random.nextInt(9), 0, 40_000).toArray();
        return new Encoded(tokens, floats(random, keySize), floats(random, valueSize));
    }

    Entry entry(Passage passage) {
        return new Entry(passage, encode(passage));
    }

    static float[] floats(Random random, int length) {
        float[] floats = new float[length];
        for (int i = 0; i < length; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }
}
