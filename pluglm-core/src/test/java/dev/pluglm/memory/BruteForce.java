package dev.pluglm.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** What a memory should find, computed in the plainest way. */
record BruteForce(List<Entry> entries) {

    /** Places of the nearest entries in the list, best first, equal ones in the order of the list. */
    List<Integer> nearest(float[] query, int k, Set<String> hidden) {
        List<Integer> places = new ArrayList<>(IntStream.range(0, entries.size())
                .filter(i -> !hidden.contains(entries.get(i).passage().id())).boxed().toList());
        places.sort(Comparator.<Integer>comparingDouble(i -> -product(query, i)).thenComparing(i -> i));
        return places.subList(0, Math.min(k, places.size()));
    }

    float product(float[] query, int place) {
        float sum = 0;
        float[] key = rounded(entries.get(place).encoded().key());
        for (int d = 0; d < query.length; d++) {
            sum = Math.fma(query[d], key[d], sum);
        }
        return sum;
    }

    static float[] rounded(float[] floats) {
        float[] rounded = new float[floats.length];
        for (int i = 0; i < floats.length; i++) {
            rounded[i] = Float.float16ToFloat(Float.floatToFloat16(floats[i]));
        }
        return rounded;
    }
}
