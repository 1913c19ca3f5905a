package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** What an array does beyond the contract of memories. */
class ArrayMemoryTest {
    private static final short ONE = Float.floatToFloat16(1);
    private static final short INFINITY = Float.floatToFloat16(Float.POSITIVE_INFINITY);

    /** Between two neighbours of fp16, which are 1/1024 apart here. */
    private static final float FINE = 1 + 1 / 4096f;

    @Test
    void floatsAreKeptExactlyWhereFp16WouldRoundThem() {
        try (ArrayMemory exact = ArrayMemory.ofFloats("exact", 1, new float[] {1, FINE});
                ArrayMemory rounded = ArrayMemory.builder("rounded", Vectors.rounded(new float[] {1, FINE}, 1)).build();
                PassageView one = exact.view(); PassageView other = rounded.view()) {
            assertArrayEquals(new int[] {1, 0}, one.search(new float[] {1}, 1, 2).rows());
            assertArrayEquals(new float[] {FINE, 1}, one.search(new float[] {1}, 1, 2).similarities());
            assertArrayEquals(new float[] {FINE}, one.keys(new int[] {1}));
            assertArrayEquals(new int[] {0, 1}, other.search(new float[] {1}, 1, 2).rows());
            assertArrayEquals(new float[] {1}, other.keys(new int[] {1}));
        }
    }

    @Test
    void aMemoryOfKeysAloneTellsRowNumbers() {
        try (ArrayMemory memory = ArrayMemory.ofFp16("published", 2, new short[] {ONE, 0, 0, ONE, ONE, ONE});
                PassageView view = memory.view()) {
            assertEquals(3, view.size());
            assertEquals(0, view.valueSize());
            assertEquals(0, view.values(new int[] {0, 2}).length);
            assertEquals("2", view.passage(2).id());
            assertEquals("row 2", view.passage(2).text());
            assertEquals("published", view.memory(2));
            assertEquals(Optional.empty(), view.encoderFingerprint());
            assertEquals("memory 'published' holds no tokens, so nothing can be encoded from them; give it the"
                    + " tokenised documents", assertThrows(Problem.class, () -> view.tokens(new int[1])).getMessage());
        }
    }

    @Test
    void aPassageOfTokensAloneShowsThem() {
        try (ArrayMemory memory = ArrayMemory.builder("published", Vectors.fp32(new float[2], 1))
                .tokens(new int[][] {{101, 7, 102}, {}}).build(); PassageView view = memory.view()) {
            assertEquals(Passage.of("0", "[101 7 102]"), view.passage(0));
            assertEquals(Passage.of("1", "[]"), view.passage(1));
        }
    }

    @Test
    void rowNumbersCanBeHiddenAndOtherSpellingsOfThemAreOtherIds() {
        try (ArrayMemory memory = ArrayMemory.ofFloats("rows", 1, new float[] {3, 2, 1});
                PassageView whole = memory.view();
                PassageView view = whole.without(Set.of("1", "00", "+2", "3", "-1", "99999999999", ""))) {
            assertEquals(2, view.size());
            assertArrayEquals(new int[] {0, 2}, view.search(new float[] {1}, 1, 2).rows());
        }
    }

    @Test
    void replacedKeysKeepPassagesTokensAndValuesAndForgetTheEncoder() {
        List<Entry> entries = List.of(Samples.entry(0, Samples.along(1)), Samples.entry(1, Samples.along(2)));
        try (ArrayMemory memory = ArrayMemory.ofEntries("live", Samples.SHAPE, entries)) {
            float[] keys = new float[2 * Samples.KEY];
            keys[0] = FINE;
            memory.replaceKeys(Vectors.fp32(keys, Samples.KEY));
            try (PassageView view = memory.view()) {
                assertArrayEquals(keys, view.keys(new int[] {0, 1}));
                assertArrayEquals(new float[] {1, Float.float16ToFloat(Float.floatToFloat16(1 / 3f)), -1},
                        view.values(new int[] {1}));
                assertArrayEquals(new int[] {101, 1001, 102}, view.tokens(new int[] {1})[0]);
                assertEquals(entries.get(1).passage(), view.passage(1));
                assertEquals(Optional.empty(), view.encoderFingerprint());
            }
        }
    }

    @Test
    void newKeysThatDoNotFitAreRefusedAndTheOldOnesStay() {
        try (ArrayMemory memory = ArrayMemory.ofFloats("live", 2, new float[] {1, 2, 3, 4})) {
            refused("memory 'live': 3 new keys, expected 2, one for each key; give it files that belong together",
                    () -> memory.replaceKeys(Vectors.fp32(new float[6], 2)));
            refused("memory 'live': new keys of 1 floats, expected 2 as before",
                    () -> memory.replaceKeys(Vectors.fp32(new float[2], 1)));
            refused("memory 'live', keys: number 1 of row 0 is NaN,",
                    () -> memory.replaceKeys(Vectors.fp32(new float[] {0, Float.NaN, 0, 0}, 2)));
            try (PassageView view = memory.view()) {
                assertArrayEquals(new float[] {1, 2, 3, 4}, view.keys(new int[] {0, 1}));
            }
        }
    }

    @Test
    void closedMemoriesTakeNoKeys() {
        ArrayMemory memory = ArrayMemory.ofFloats("live", 1, new float[] {1});
        memory.close();
        assertThrows(IllegalStateException.class, () -> memory.replaceKeys(Vectors.fp32(new float[] {1}, 1)));
        assertEquals("live", memory.name());
    }

    @Test
    void viewsDuringManyRefreshesSeeTheKeysOfOneOfThem() throws Exception {
        int rows = 700;
        try (ArrayMemory memory = ArrayMemory.builder("live", generation(0, rows)).build();
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<Integer>> views = IntStream.range(0, 300)
                    .mapToObj(i -> threads.submit(() -> generationSeen(memory, rows))).toList();
            for (int generation = 1; generation <= 100; generation++) {
                memory.replaceKeys(generation(generation, rows));
            }
            for (Future<Integer> view : views) {
                assertTrue(view.get() <= 100);
            }
            assertEquals(100, generationSeen(memory, rows));
        }
    }

    private static Vectors generation(int generation, int rows) {
        float[] keys = new float[rows];
        Arrays.fill(keys, generation);
        return Vectors.rounded(keys, 1);
    }

    /** The generation that all hits of a view agree on. */
    private static int generationSeen(ArrayMemory memory, int rows) {
        try (PassageView view = memory.view()) {
            float[] found = view.search(new float[] {1}, 1, rows).similarities();
            for (float similarity : found) {
                assertEquals(found[0], similarity);
            }
            return (int) found[0];
        }
    }

    @Test
    void partsThatDoNotBelongTogetherAreRefused() {
        Vectors two = Vectors.fp32(new float[2], 1);
        refused("memory 'm': 3 values, expected 2, one for each key; give it files that belong together",
                () -> ArrayMemory.builder("m", two).values(Vectors.fp32(new float[3], 1)).build());
        refused("memory 'm': 1 lists of tokens, expected 2, one for each key",
                () -> ArrayMemory.builder("m", two).tokens(new int[1][0]).build());
        refused("memory 'm': 0 passages, expected 2, one for each key",
                () -> ArrayMemory.builder("m", two).passages(List.of()).build());
        refused("memory 'm': rows 0 and 1 have the same id 'twice'; ids must be unique",
                () -> ArrayMemory.builder("m", two).passages(List.of(Passage.of("twice", "a"),
                        Passage.of("twice", "b"))).build());
        refused("a memory needs a name that is not blank", () -> ArrayMemory.builder(" ", two).build());
    }

    @Test
    void numbersThatAreNotFiniteAreRefusedWithTheirPlace() {
        refused("memory 'm', keys: number 1 of row 1 is Infinity, expected a finite number",
                () -> ArrayMemory.ofFp16("m", 2, new short[] {ONE, ONE, ONE, INFINITY}));
        refused("memory 'm', keys: number 0 of row 0 is -Infinity", () -> ArrayMemory.builder("m",
                Vectors.rounded(new float[] {-70_000}, 1)).build());
        refused("memory 'm', values: number 0 of row 2 is NaN", () -> ArrayMemory.builder("m",
                Vectors.fp32(new float[3], 1)).values(Vectors.fp32(new float[] {0, 0, Float.NaN}, 1)).build());
    }

    @Test
    void namesThatWouldMoveTheCursorAreShownHarmless() {
        refused("memory 'a??[31m', keys", () -> ArrayMemory.ofFloats("a\n\u001b[31m", 1, new float[] {Float.NaN}));
    }

    @Test
    void arraysThatDoNotHoldWholeRowsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Vectors.fp16(new short[5], 2));
        assertThrows(IllegalArgumentException.class, () -> Vectors.fp32(new float[5], 0));
        assertThrows(IllegalArgumentException.class, () -> Vectors.rounded(new float[5], -5));
        List<Entry> shortKey = List.of(Samples.entry(0, 1, 2));
        assertThrows(IllegalArgumentException.class, () -> ArrayMemory.ofEntries("m", Samples.SHAPE, shortKey));
    }

    static void refused(String beginning, Executable executable) {
        String message = assertThrows(Problem.class, executable).getMessage();
        assertTrue(message.startsWith(beginning), message);
        assertTrue(message.lines().count() == 1, message);
    }
}
