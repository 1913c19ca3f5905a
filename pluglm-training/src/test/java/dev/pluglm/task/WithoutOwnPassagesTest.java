package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Passage;
import dev.pluglm.model.Memory;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A training example does not find itself, nor its double, and misses nothing else. */
class WithoutOwnPassagesTest {

    @Test
    void everythingButTheOwnPassagesIsFoundInTheSameOrder() {
        long seed = 21;
        Random random = new Random(seed);
        int size = 30;
        float[] keys = new float[size * 4];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = random.nextFloat();
        }
        try (ArrayMemory memory = ArrayMemory.ofFloats("m", 4, keys); Memory.View all = memory.view()) {
            int[][] hidden = {{3}, {}, {0, 7, 12}};
            Memory.Hits whole = all.search(Arrays.copyOf(keys, 12), 3, size);
            Memory.Hits found = new WithoutOwnPassages(all, hidden).search(Arrays.copyOf(keys, 12), 3, 5);
            for (int query = 0; query < 3; query++) {
                int at = query;
                int[] expected = IntStream.range(0, size).map(place -> whole.row(at, place))
                        .filter(row -> IntStream.of(hidden[at]).noneMatch(own -> own == row)).limit(5).toArray();
                assertArrayEquals(expected, IntStream.range(0, 5).map(place -> found.row(at, place)).toArray(),
                        "seed " + seed);
            }
        }
    }

    @Test
    void whereNothingElseIsThereNothingIsFound() {
        try (ArrayMemory memory = ArrayMemory.ofFloats("m", 1, new float[] {1, 2}); Memory.View all = memory.view()) {
            Memory.Hits found = new WithoutOwnPassages(all, new int[][] {{0, 1}, {1}}).search(new float[] {1, 1}, 2, 3);
            assertEquals(0, found.counts()[0]);
            assertEquals(1, found.counts()[1]);
            assertEquals(0, found.row(1, 0));
        }
    }

    @Test
    void examplesOfTheSameTextHideEachOther() {
        OwnPassages own = OwnPassages.of(List.of(Passage.of("a", "one"), Passage.of("b", "two"),
                Passage.of("c", "one")));
        assertArrayEquals(new int[] {0, 2}, own.of(0));
        assertArrayEquals(new int[] {1}, own.of(1));
        assertArrayEquals(new int[] {0, 2}, own.of(2));
    }
}
