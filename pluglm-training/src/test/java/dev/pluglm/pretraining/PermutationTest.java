package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

class PermutationTest {
    private final long seed = new Random().nextLong();

    PermutationTest() {
        System.out.println("PermutationTest seed " + seed);
    }

    @Test
    void everyNumberComesOnce() {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            int size = round < 70 ? round + 1 : 1 + random.nextInt(3000);
            Permutation permutation = new Permutation(random.nextLong(), size);
            assertArrayEquals(LongStream.range(0, size).toArray(),
                    LongStream.range(0, size).map(permutation::at).sorted().toArray(), "seed " + seed + " " + size);
        }
    }

    @Test
    void numbersBeyondAnIntStayInRange() {
        long size = (1L << 40) + 12345;
        Permutation permutation = new Permutation(seed, size);
        assertTrue(LongStream.range(size - 1000, size).map(permutation::at).allMatch(at -> at >= 0 && at < size));
        assertEquals(1000, LongStream.range(0, 1000).map(permutation::at).distinct().count());
    }

    @Test
    void placesAreFarFromWhereTheyWere() {
        Permutation permutation = new Permutation(12345, 10_000);
        double moved = LongStream.range(0, 10_000).map(at -> Math.abs(permutation.at(at) - at)).average().orElseThrow();
        // A third of the size is what chance gives.
        assertEquals(3333, moved, 150);
        long rises = LongStream.range(1, 10_000).filter(at -> permutation.at(at) > permutation.at(at - 1)).count();
        assertEquals(5000, rises, 150);
    }

    @Test
    void theOrderIsTheSameOnEveryMachine() {
        // As computed by another implementation, in Python.
        Permutation permutation = new Permutation(42, 10);
        assertArrayEquals(new long[] {8, 6, 5, 0, 7, 3, 2, 9, 1, 4},
                LongStream.range(0, 10).map(permutation::at).toArray());
    }
}
