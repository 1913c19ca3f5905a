package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.Memory.Hits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The search through graphs, on a memory that is small enough to compare with everything. */
class StoreSearchTest {
    private static final TestEncoder ENCODER = TestEncoder.STANDARD;
    private static final int KEY = ENCODER.keySize();
    private static final int PASSAGES = 4000;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("pluglm.seed", System.nanoTime());
    private Random random = new Random(seed);
    private List<Entry> entries = List.of();

    private MemoryStore store(int width) {
        // Clusters, and norms that vary: what keys of a trained model look like.
        List<float[]> centres = IntStream.range(0, 40).mapToObj(i -> TestEncoder.floats(random, KEY)).toList();
        entries = IntStream.range(0, PASSAGES).mapToObj(i -> {
            PassageEncoder.Encoded encoded = ENCODER.encode(Passage.of("id" + i, "text " + i));
            float[] centre = centres.get(random.nextInt(40));
            float norm = (float) Math.exp(random.nextGaussian() * 0.3);
            float[] key = new float[KEY];
            for (int d = 0; d < KEY; d++) {
                key[d] = norm * (centre[d] + 0.5f * encoded.key()[d]);
            }
            return new Entry(Passage.of("id" + i, "text " + i),
                    new PassageEncoder.Encoded(encoded.tokens(), key, encoded.value()));
        }).toList();
        // The part of 2500 passages gets a graph, the others do not.
        Tuning graphs = new Tuning(0, 250, width);
        Path place = directory.resolve("memory");
        NewMemory.create(place, "m", MemoryShape.of(ENCODER), Optional.empty(), graphs, store -> {
            store.addEntries(entries.subList(0, 2500).iterator(), n -> {});
            store.addEntries(entries.subList(2500, 3900).iterator(), n -> {});
            store.addEntries(entries.subList(3900, PASSAGES).iterator(), n -> {});
        });
        return MemoryStore.open(place, graphs, false, Optional.empty());
    }

    @Test
    void graphsFindNearlyAllOfTheBestAndRankThemByTheTrueProduct() {
        int queries = 60;
        try (MemoryStore store = store(100); StoreView view = store.view()) {
            BruteForce truth = new BruteForce(entries);
            float[] query = TestEncoder.floats(random, queries * KEY);
            Hits hits = view.search(query, queries, 5);
            int found = 0;
            for (int q = 0; q < queries; q++) {
                float[] one = Arrays.copyOfRange(query, q * KEY, (q + 1) * KEY);
                List<Integer> right = truth.nearest(one, 5, Set.of());
                assertEquals(5, hits.counts()[q]);
                for (int j = 0; j < 5; j++) {
                    int row = hits.row(q, j);
                    found += right.contains(row) ? 1 : 0;
                    assertEquals(truth.product(one, row), hits.similarity(q, j), "seed " + seed);
                    assertTrue(j == 0 || hits.similarity(q, j - 1) >= hits.similarity(q, j), "seed " + seed);
                }
            }
            assertTrue(found >= 0.97 * 5 * queries, "found " + found + " of " + 5 * queries + ", seed " + seed);
        }
    }

    @Test
    void anEditOfOnePassageLeavesTheLargeGraphAsItIs() {
        store(100).close();
        try (MemoryStore store = MemoryStore.open(directory.resolve("memory"), new Tuning(0, 250, 100), true,
                Optional.empty())) {
            store.addEntries(List.of(ENCODER.entry(Passage.of("one", "more"))).iterator(), n -> {});
            assertEquals(4, store.stats().segments());
        }
    }

    @Test
    void onlyLargePartsHaveGraphs() {
        for (int few : new int[] {0, 1, 2, 1000, 40_000}) {
            assertFalse(Tuning.STANDARD.hasGraph(few), few + " passages");
        }
        assertTrue(Tuning.STANDARD.hasGraph(100_000));
    }

    @Test
    void partsWithGraphsAreMergedIntoOne() {
        try (MemoryStore store = store(100)) {
            assertEquals(3, store.stats().segments());
        }
        try (MemoryStore store = MemoryStore.open(directory.resolve("memory"), new Tuning(0, 250, 100), true,
                Optional.empty())) {
            store.addEntries(IntStream.range(0, 2500).mapToObj(i -> ENCODER.entry(Passage.of("more" + i, "t" + i)))
                    .iterator(), n -> {});
            assertEquals(1, store.stats().segments());
            assertEquals(PASSAGES + 2500, store.verify());
        }
    }

    @Test
    void howeverManyPassagesAreHiddenTheBestOfTheRestAreFound() {
        try (MemoryStore store = store(250); StoreView view = store.view()) {
            float[] query = TestEncoder.floats(random, KEY);
            BruteForce truth = new BruteForce(entries);
            for (int hidden : new int[] {3, 900, 3000, PASSAGES - 2}) {
                Set<String> ids = truth.nearest(query, hidden, Set.of()).stream().map(i -> "id" + i)
                        .collect(Collectors.toSet());
                try (StoreView rest = view.without(ids)) {
                    Hits hits = rest.search(query, 1, 5);
                    assertEquals(Math.min(5, PASSAGES - hidden), hits.counts()[0], "seed " + seed);
                    assertEquals((int) truth.nearest(query, 1, ids).getFirst(), hits.row(0, 0), "seed " + seed);
                }
            }
        }
    }

    @Test
    void theBestBehindManyHiddenPassagesIsFoundWhereAWalkWithoutRoomForThemMissedIt() {
        random = new Random(12711103267735L);
        howeverManyPassagesAreHiddenTheBestOfTheRestAreFound();
    }

    @Test
    void asManyAsAskedForAreFoundForAnyQuery() {
        try (MemoryStore store = store(250); StoreView view = store.view()) {
            for (float odd : new float[] {0, 1e38f, Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY}) {
                float[] query = new float[KEY];
                Arrays.fill(query, odd);
                assertEquals(3, view.search(query, 1, 3).counts()[0], "query of " + odd);
                assertEquals(PASSAGES, view.search(query, 1, 2 * PASSAGES).counts()[0], "query of " + odd);
            }
        }
    }
}
