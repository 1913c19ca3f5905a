package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.model.Memory.Hits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** What every kind of memory promises, whatever it keeps its passages in. */
abstract class MemoryContract {
    private static final TestEncoder ENCODER = TestEncoder.STANDARD;
    private static final int KEY = ENCODER.keySize();

    @TempDir
    Path directory;

    private final List<PassageMemory> opened = new ArrayList<>();
    private final long seed = System.nanoTime();

    /** A memory of keys of 16 and values of 24 floats that holds these entries in this order. */
    abstract PassageMemory memoryOf(List<Entry> entries);

    /** The share of the true hits that must be found among thousands of passages. */
    double recall() {
        return 1;
    }

    private PassageMemory memory(List<Entry> entries) {
        PassageMemory memory = memoryOf(entries);
        opened.add(memory);
        return memory;
    }

    @AfterEach
    void close() {
        opened.forEach(PassageMemory::close);
    }

    private static List<Entry> entries(int count, Random random) {
        // Clusters, and norms that vary: what keys of a trained model look like.
        List<float[]> centres = IntStream.range(0, 20).mapToObj(i -> TestEncoder.floats(random, KEY)).toList();
        return IntStream.range(0, count).mapToObj(i -> {
            Entry entry = ENCODER.entry(Passage.of("id" + i, "text " + i));
            float[] key = TestEncoder.floats(random, KEY);
            float[] centre = centres.get(random.nextInt(20));
            float norm = (float) Math.exp(random.nextGaussian() * 0.3);
            for (int d = 0; d < KEY; d++) {
                key[d] = norm * (centre[d] + 0.5f * key[d]);
            }
            return new Entry(entry.passage(), new Encoded(entry.encoded().tokens(), key, entry.encoded().value()));
        }).toList();
    }

    private static List<String> ids(PassageView view, Hits hits, int query) {
        return IntStream.range(0, hits.counts()[query]).mapToObj(j -> view.passage(hits.row(query, j)).id()).toList();
    }

    private static List<String> ids(List<Entry> entries, List<Integer> places) {
        return places.stream().map(place -> entries.get(place).passage().id()).toList();
    }

    @Test
    void theLargestInnerProductsAreFoundAmongThousandsWithTheirTrueSimilarity() {
        Random random = new Random(seed);
        List<Entry> entries = entries(3000, random);
        BruteForce truth = new BruteForce(entries);
        int queries = 40;
        float[] query = TestEncoder.floats(random, queries * KEY);
        int found = 0;
        try (PassageView view = memory(entries).view()) {
            Hits hits = view.search(query, queries, 5);
            for (int q = 0; q < queries; q++) {
                float[] one = Arrays.copyOfRange(query, q * KEY, (q + 1) * KEY);
                List<String> right = ids(entries, truth.nearest(one, 5, Set.of()));
                List<String> got = ids(view, hits, q);
                assertEquals(5, got.size(), "seed " + seed);
                found += (int) got.stream().filter(right::contains).count();
                for (int j = 0; j < 5; j++) {
                    int place = Integer.parseInt(got.get(j).substring(2));
                    assertEquals(truth.product(one, place), hits.similarity(q, j), "seed " + seed);
                }
                if (recall() == 1) {
                    assertEquals(right, got, "seed " + seed);
                }
            }
        }
        assertTrue(found >= recall() * queries * 5, "found " + found + " of " + queries * 5 + ", seed " + seed);
    }

    @Test
    void batchesFindWhatSingleQueriesFind() {
        Random random = new Random(seed);
        float[] queries = TestEncoder.floats(random, 7 * KEY);
        try (PassageView view = memory(entries(500, random)).view()) {
            Hits all = view.search(queries, 7, 4);
            for (int q = 0; q < 7; q++) {
                Hits one = view.search(Arrays.copyOfRange(queries, q * KEY, (q + 1) * KEY), 1, 4);
                assertArrayEquals(one.rows(), Arrays.copyOfRange(all.rows(), q * 4, q * 4 + 4), "seed " + seed);
                assertArrayEquals(one.similarities(), Arrays.copyOfRange(all.similarities(), q * 4, q * 4 + 4));
            }
        }
    }

    @Test
    void equalProductsComeInTheOrderOfAdding() {
        float[] key = new float[KEY];
        Arrays.fill(key, 0.5f);
        List<Entry> same = IntStream.range(0, 60).mapToObj(i -> new Entry(Passage.of("id" + i, "t"),
                new Encoded(new int[] {i}, key, new float[ENCODER.valueSize()]))).toList();
        try (PassageView view = memory(same).view()) {
            for (float sign : new float[] {1, -1, 0, -0f}) {
                float[] query = new float[KEY];
                Arrays.fill(query, sign);
                assertEquals(List.of("id0", "id1", "id2", "id3", "id4"), ids(view, view.search(query, 1, 5), 0));
            }
        }
    }

    @Test
    void askingForMoreThanThereIsGivesAll() {
        try (PassageView view = memory(entries(3, new Random(seed))).view()) {
            Hits hits = view.search(new float[2 * KEY], 2, 50);
            assertArrayEquals(new int[] {3, 3}, hits.counts());
            assertEquals(List.of("id0", "id1", "id2"), ids(view, hits, 1));
        }
    }

    @Test
    void keysValuesTokensAndPassagesAreThoseThatWereAdded() {
        List<Entry> entries = entries(300, new Random(seed));
        try (PassageView view = memory(entries).view()) {
            assertEquals(300, view.size());
            assertTrue(view.rowLimit() >= 300);
            assertEquals(KEY, view.keySize());
            assertEquals(ENCODER.valueSize(), view.valueSize());
            int[] rows = {299, 0, 17, 17, 150};
            float[] keys = view.keys(rows);
            float[] values = view.values(rows);
            int[][] tokens = view.tokens(rows);
            for (int i = 0; i < rows.length; i++) {
                Entry entry = entries.get(rows[i]);
                assertEquals(entry.passage(), view.passage(rows[i]));
                assertArrayEquals(entry.encoded().tokens(), tokens[i]);
                assertArrayEquals(BruteForce.rounded(entry.encoded().key()),
                        Arrays.copyOfRange(keys, i * KEY, (i + 1) * KEY));
                assertArrayEquals(BruteForce.rounded(entry.encoded().value()),
                        Arrays.copyOfRange(values, i * view.valueSize(), (i + 1) * view.valueSize()));
            }
        }
    }

    @Test
    void hiddenPassagesAreNotFoundAndTheRestKeepsItsRows() {
        Random random = new Random(seed);
        List<Entry> entries = entries(400, random);
        float[] query = TestEncoder.floats(random, KEY);
        PassageMemory memory = memory(entries);
        try (PassageView view = memory.view()) {
            Hits before = view.search(query, 1, 9);
            Set<String> gone = Set.of(ids(view, before, 0).get(0), ids(view, before, 0).get(2), "no such id");
            try (PassageView less = view.without(gone)) {
                assertEquals(398, less.size());
                Hits after = less.search(query, 1, 7);
                List<String> expected = new ArrayList<>(ids(view, before, 0));
                expected.removeAll(gone);
                assertEquals(expected, ids(less, after, 0), "seed " + seed);
                assertEquals(before.row(0, 1), after.row(0, 0));
                try (PassageView evenLess = less.without(Set.of(expected.getFirst()))) {
                    assertEquals(397, evenLess.size());
                    assertEquals(expected.get(1), ids(evenLess, evenLess.search(query, 1, 1), 0).getFirst());
                }
            }
            assertEquals(ids(view, before, 0), ids(view, view.search(query, 1, 9), 0));
        }
        Set<String> all = Set.copyOf(entries.stream().map(entry -> entry.passage().id()).toList());
        try (PassageView nothing = memory.without(all).view()) {
            assertEquals(0, nothing.size());
            assertEquals(0, nothing.search(query, 1, 3).counts()[0]);
        }
    }

    @Test
    void aMemoryOfNothingFindsNothing() {
        try (PassageView view = memory(List.of()).view()) {
            assertEquals(0, view.size());
            assertArrayEquals(new int[2], view.search(new float[2 * KEY], 2, 3).counts());
            assertEquals(0, view.keys(new int[0]).length);
        }
    }

    @Test
    void mistakesOfTheCallerAreNamed() {
        try (PassageView view = memory(entries(5, new Random(seed))).view()) {
            assertThrows(IllegalArgumentException.class, () -> view.search(new float[KEY], 1, 0));
            assertThrows(IllegalArgumentException.class, () -> view.search(new float[KEY + 1], 1, 1));
            for (int row : new int[] {-1, view.rowLimit(), Integer.MAX_VALUE}) {
                assertThrows(IllegalArgumentException.class, () -> view.keys(new int[] {row}));
                assertThrows(IllegalArgumentException.class, () -> view.values(new int[] {row}));
                assertThrows(IllegalArgumentException.class, () -> view.tokens(new int[] {row}));
                assertThrows(IllegalArgumentException.class, () -> view.passage(row));
            }
        }
    }

    @Test
    void queriesThatAreNotFiniteDoNotBreakTheSearch() {
        try (PassageView view = memory(entries(50, new Random(seed))).view()) {
            for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e38f}) {
                float[] query = new float[KEY];
                Arrays.fill(query, odd);
                assertEquals(3, view.search(query, 1, 3).counts()[0]);
            }
        }
    }

    @Test
    void severalThreadsSearchOneViewAtOnce() {
        Random random = new Random(seed);
        float[] queries = TestEncoder.floats(random, 64 * KEY);
        try (PassageView view = memory(entries(700, random)).view()) {
            Hits expected = view.search(queries, 64, 5);
            IntStream.range(0, 64).parallel().forEach(q -> {
                Hits hits = view.search(Arrays.copyOfRange(queries, q * KEY, (q + 1) * KEY), 1, 5);
                assertArrayEquals(Arrays.copyOfRange(expected.rows(), q * 5, q * 5 + 5), hits.rows());
                assertEquals(5 * KEY, view.keys(hits.rows()).length);
                assertEquals(5, view.tokens(hits.rows()).length);
                assertEquals("id", view.passage(hits.row(0, 0)).id().substring(0, 2));
            });
        }
    }
}
