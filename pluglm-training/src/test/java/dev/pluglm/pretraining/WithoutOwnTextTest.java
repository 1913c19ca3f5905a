package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.Memory;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** A text does not find the passage that it was cut from. */
class WithoutOwnTextTest {

    private static int[] passage(int... inner) {
        return IntStream.concat(IntStream.of(101), IntStream.concat(IntStream.of(inner), IntStream.of(102))).toArray();
    }

    private static int[] range(int from, int count) {
        return IntStream.range(from, from + count).toArray();
    }

    /** Rows 0, 1, ... in the order of their similarity to the query (1, 0). */
    private static ArrayMemory memory(int[]... passages) {
        float[] keys = new float[passages.length * 2];
        for (int row = 0; row < passages.length; row++) {
            keys[2 * row] = passages.length - row;
        }
        return ArrayMemory.builder("test", Vectors.fp32(keys, 2)).tokens(passages).build();
    }

    @Test
    void theOwnPassageGivesWayToTheNextBest() {
        int[] text = passage(range(1000, 40));
        try (ArrayMemory memory = memory(passage(range(1005, 20)), passage(range(5000, 20)), passage(range(1030, 20)),
                        passage(range(6000, 20)));
                Memory.View view = new WithoutOwnText(memory.view(), new int[][] {text})) {
            Memory.Hits hits = view.search(new float[] {1, 0}, 1, 2);
            // Row 2 shares but the ten tokens 1030 to 1039.
            assertArrayEquals(new int[] {1, 2}, hits.rows());
            assertArrayEquals(new float[] {3, 2}, hits.similarities());
        }
    }

    @Test
    void everyTextOfABatchMissesItsOwnOnly() {
        int[] first = passage(range(1000, 30));
        int[] second = passage(range(2000, 30));
        try (ArrayMemory memory = memory(first, second, passage(range(3000, 30)));
                Memory.View view = new WithoutOwnText(memory.view(), new int[][] {first, second})) {
            Memory.Hits hits = view.search(new float[] {1, 0, 1, 0}, 2, 1);
            assertEquals(1, hits.row(0, 0));
            assertEquals(0, hits.row(1, 0));
        }
    }

    @Test
    void ofAShortTextHalfIsEnough() {
        int[] text = passage(range(1000, 12));
        try (ArrayMemory memory = memory(passage(range(1002, 7)), passage(range(1000, 6)));
                Memory.View view = new WithoutOwnText(memory.view(), new int[][] {text})) {
            assertArrayEquals(new int[] {1}, Arrays.copyOf(view.search(new float[] {1, 0}, 1, 1).rows(), 1));
        }
    }

    @Test
    void aTextThatMayFindItselfDoes() {
        int[] text = passage(range(1000, 30));
        try (ArrayMemory memory = memory(text, passage(range(3000, 30)));
                Memory.View view = new WithoutOwnText(memory.view(), new int[][] {text, {}})) {
            Memory.Hits hits = view.search(new float[] {1, 0, 1, 0}, 2, 1);
            assertEquals(1, hits.row(0, 0));
            assertEquals(0, hits.row(1, 0));
        }
    }

    @Test
    void theShareOfTextsThatMustNotFindThemselvesIsTheOneAskedForAndAnotherDrawEachTime() {
        MaskedLanguageModelling.OwnText quarter = new MaskedLanguageModelling.OwnText(0.25, 42);
        MaskedLanguageModelling.OwnText all = new MaskedLanguageModelling.OwnText(1, 42);
        int hidden = 0;
        int changed = 0;
        for (int i = 0; i < 4000; i++) {
            int[] text = passage(range(1000 + i, 20));
            MaskedSample sample = new MaskedSample(text, new int[text.length], new int[0], new int[0], text);
            hidden += quarter.isHidden(sample, 3) ? 1 : 0;
            changed += quarter.isHidden(sample, 3) == quarter.isHidden(sample, 4) ? 0 : 1;
            assertTrue(all.isHidden(sample, i));
            assertEquals(quarter.isHidden(sample, 3), quarter.isHidden(sample, 3));
        }
        assertEquals(1000, hidden, 120);
        assertEquals(1500, changed, 160);
    }

    @Test
    void theSearchWidensUntilThereAreEnoughOrNoMore() {
        int[] text = passage(range(1000, 60));
        int[][] passages = IntStream.range(0, 50).mapToObj(row ->
                row < 47 ? passage(range(1000 + row % 20, 30)) : passage(range(9000 + row, 30))).toArray(int[][]::new);
        try (ArrayMemory memory = memory(passages);
                Memory.View view = new WithoutOwnText(memory.view(), new int[][] {text})) {
            assertArrayEquals(new int[] {47, 48}, view.search(new float[] {1, 0}, 1, 2).rows());
            Memory.Hits all = view.search(new float[] {1, 0}, 1, 5);
            assertEquals(3, all.counts()[0], "only three passages are somebody else's");
        }
    }

    @Test
    void passagesThatShareNothingAreFoundAsWithout() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        Random random = new Random(seed);
        int[][] passages = IntStream.range(0, 40)
                .mapToObj(_ -> passage(random.ints(25, 1000, 30_000).toArray())).toArray(int[][]::new);
        int[] text = passage(random.ints(60, 1000, 30_000).toArray());
        try (ArrayMemory memory = memory(passages); Memory.View all = memory.view();
                Memory.View view = new WithoutOwnText(memory.view(), new int[][] {text})) {
            float[] query = {1, 0};
            assertArrayEquals(all.search(query, 1, 5).rows(), view.search(query, 1, 5).rows(), () -> "seed " + seed);
            assertTrue(view.size() == 40 && view.rowLimit() == 40);
        }
    }
}
