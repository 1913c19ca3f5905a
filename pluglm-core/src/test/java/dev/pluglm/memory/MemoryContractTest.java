package dev.pluglm.memory;

import static dev.pluglm.memory.Told.everything;
import static dev.pluglm.memory.Told.everythingNow;
import static dev.pluglm.memory.Told.expected;
import static dev.pluglm.memory.Told.hits;
import static dev.pluglm.memory.Told.ids;
import static dev.pluglm.memory.Told.number;
import static dev.pluglm.memory.Told.product;
import static dev.pluglm.memory.Told.query;
import static dev.pluglm.memory.Told.rows;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.Memory.Hits;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** What every memory promises; each kind of memory runs these tests. */
abstract class MemoryContractTest {

    /** A memory of these entries in this order, of the shape {@link Samples#SHAPE}. */
    abstract PassageMemory memory(List<Entry> entries);

    /** Makes one edit, after which searches find something else. */
    abstract void edit(PassageMemory memory);

    @Test
    void searchFindsTheLargestInnerProductsFirst() {
        try (PassageMemory memory = memory(List.of(Samples.entry(0, Samples.along(1)),
                Samples.entry(1, Samples.along(3)), Samples.entry(2, Samples.along(-5)),
                Samples.entry(3, Samples.along(2)))); PassageView view = memory.view()) {
            Hits hits = view.search(Samples.along(2), 1, 3);
            assertEquals(List.of("p1", "p3", "p0"), ids(view, hits, 0));
            assertArrayEquals(new float[] {6, 4, 2}, hits.similarities());
        }
    }

    @Test
    void aLongKeyBeatsOneThatPointsTheSameWay() {
        float[] skew = {9, 9, 0, 0, 0, 0, 0};
        try (PassageMemory memory = memory(List.of(Samples.entry(0, Samples.along(1)), Samples.entry(1, skew)));
                PassageView view = memory.view()) {
            assertEquals(List.of("p1", "p0"), ids(view, view.search(Samples.along(1), 1, 2), 0));
        }
    }

    @Test
    void equalProductsRankByTheLowerRow() {
        List<Entry> entries = IntStream.range(0, 40).mapToObj(i -> Samples.entry(i, Samples.along(i % 2))).toList();
        try (PassageMemory memory = memory(entries); PassageView view = memory.view()) {
            assertEquals(List.of("p1", "p3", "p5", "p7"), ids(view, view.search(Samples.along(1), 1, 4), 0));
            assertEquals(List.of("p0", "p1", "p2", "p3"), ids(view, view.search(Samples.along(0), 1, 4), 0));
        }
    }

    @Test
    void minusZeroTiesWithZero() {
        try (PassageMemory memory = memory(List.of(Samples.entry(0, Samples.along(-0f)),
                Samples.entry(1, Samples.along(0f)))); PassageView view = memory.view()) {
            assertEquals(List.of("p0", "p1"), ids(view, view.search(Samples.along(1), 1, 2), 0));
        }
    }

    @Test
    void askingForMoreThanThereIsFindsAllThereIs() {
        List<Entry> entries = Samples.random(5, seeded());
        try (PassageMemory memory = memory(entries); PassageView view = memory.view()) {
            float[] query = Samples.floats(Samples.KEY, seeded());
            Hits hits = view.search(query, 1, 2000);
            assertEquals(2000, hits.k());
            assertArrayEquals(new int[] {5}, hits.counts());
            assertEquals(expected(entries, query, 5), ids(view, hits, 0));
        }
    }

    @Test
    void anEmptyMemoryFindsNothingAndKeepsItsShape() {
        try (PassageMemory memory = memory(List.of()); PassageView view = memory.view()) {
            assertEquals(0, view.size());
            assertEquals(Samples.KEY, view.keySize());
            assertEquals(Samples.VALUE, view.valueSize());
            Hits hits = view.search(new float[2 * Samples.KEY], 2, 3);
            assertArrayEquals(new int[2], hits.counts());
            assertEquals(6, hits.rows().length);
            assertEquals(0, view.keys(new int[0]).length);
            assertEquals(0, view.values(new int[0]).length);
            assertEquals(0, view.tokens(new int[0]).length);
        }
    }

    @Test
    void noQueriesFindNothing() {
        try (PassageMemory memory = memory(Samples.random(3, seeded())); PassageView view = memory.view()) {
            assertEquals(0, view.search(new float[0], 0, 5).queries());
        }
    }

    @Test
    void severalQueriesAtOnceFindWhatEachFindsAlone() {
        RandomGenerator random = seeded();
        try (PassageMemory memory = memory(Samples.random(90, random)); PassageView view = memory.view()) {
            int count = 37;
            float[] queries = Samples.floats(count * Samples.KEY, random);
            Hits together = view.search(queries, count, 6);
            for (int q = 0; q < count; q++) {
                Hits alone = view.search(query(queries, q), 1, 6);
                assertEquals(hits(alone, 0), hits(together, q));
            }
        }
    }

    @Test
    void itFindsWhatAComparisonWithEveryKeyFinds() {
        RandomGenerator random = seeded();
        for (int round = 0; round < 4; round++) {
            int size = random.nextInt(1, 200);
            List<Entry> entries = round % 2 == 0 ? Samples.random(size, random) : Samples.coarse(size, random);
            int k = random.nextInt(1, 12);
            try (PassageMemory memory = memory(entries); PassageView view = memory.view()) {
                for (int q = 0; q < 10; q++) {
                    float[] query = Samples.floats(Samples.KEY, random);
                    Hits hits = view.search(query, 1, k);
                    assertEquals(expected(entries, query, k), ids(view, hits, 0), "size " + size + ", k " + k);
                    for (int place = 0; place < hits.counts()[0]; place++) {
                        int number = number(view, hits.row(0, place));
                        assertEquals(product(entries.get(number), query), hits.similarity(0, place));
                    }
                }
            }
        }
    }

    @Test
    void rowsCountUpInTheOrderOfAddingAndStayBelowTheLimit() {
        try (PassageMemory memory = memory(Samples.random(30, seeded())); PassageView view = memory.view()) {
            int[] rows = rows(view, 30);
            assertArrayEquals(rows, Arrays.stream(rows).sorted().distinct().toArray());
            assertTrue(rows[0] >= 0 && rows[29] < view.rowLimit());
            assertTrue(view.size() <= view.rowLimit());
            assertEquals(30, view.size());
        }
    }

    @Test
    void everyRowGivesBackWhatWasStoredInIt() {
        List<Entry> entries = Samples.random(30, seeded());
        try (PassageMemory memory = memory(entries); PassageView view = memory.view()) {
            // Backwards and one of them twice: rows are given in the order in which they are asked for.
            int[] numbers = IntStream.concat(IntStream.range(0, 30).map(i -> 29 - i), IntStream.of(7)).toArray();
            int[] all = rows(view, 30);
            int[] rows = Arrays.stream(numbers).map(number -> all[number]).toArray();
            float[] keys = view.keys(rows);
            float[] values = view.values(rows);
            int[][] tokens = view.tokens(rows);
            assertEquals(31 * Samples.KEY, keys.length);
            assertEquals(31 * Samples.VALUE, values.length);
            for (int i = 0; i < rows.length; i++) {
                Entry entry = entries.get(numbers[i]);
                assertArrayEquals(Fp16.rounded(entry.encoded().key(), "key"),
                        Arrays.copyOfRange(keys, i * Samples.KEY, (i + 1) * Samples.KEY));
                assertArrayEquals(Fp16.rounded(entry.encoded().value(), "value"),
                        Arrays.copyOfRange(values, i * Samples.VALUE, (i + 1) * Samples.VALUE));
                assertArrayEquals(entry.encoded().tokens(), tokens[i]);
                assertEquals(entry.passage(), view.passage(rows[i]));
                assertFalse(view.memory(rows[i]).isBlank());
            }
            assertEquals(Samples.SHAPE.encoder(), view.encoderFingerprint());
        }
    }

    @Test
    void rowsOutsideAreRefused() {
        try (PassageMemory memory = memory(Samples.random(3, seeded())); PassageView view = memory.view()) {
            for (int row : new int[] {-1, view.rowLimit(), Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThrows(IllegalArgumentException.class, () -> view.keys(new int[] {row}));
                assertThrows(IllegalArgumentException.class, () -> view.values(new int[] {row}));
                assertThrows(IllegalArgumentException.class, () -> view.tokens(new int[] {row}));
                assertThrows(IllegalArgumentException.class, () -> view.passage(row));
            }
        }
    }

    @Test
    void searchesThatMakeNoSenseAreRefused() {
        try (PassageMemory memory = memory(Samples.random(3, seeded())); PassageView view = memory.view()) {
            assertThrows(IllegalArgumentException.class, () -> view.search(new float[Samples.KEY], 1, 0));
            assertThrows(IllegalArgumentException.class, () -> view.search(new float[Samples.KEY], 2, 1));
            assertThrows(IllegalArgumentException.class, () -> view.search(new float[Samples.KEY], -1, 1));
        }
    }

    @Test
    void queriesThatAreNotFiniteStillFindAsManyAsAskedFor() {
        try (PassageMemory memory = memory(Samples.random(9, seeded())); PassageView view = memory.view()) {
            for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                assertArrayEquals(new int[] {4}, view.search(Samples.along(odd), 1, 4).counts());
            }
        }
    }

    @Test
    void hiddenPassagesAreNotFoundAndTheNextBestAre() {
        RandomGenerator random = seeded();
        List<Entry> entries = Samples.random(60, random);
        float[] query = Samples.floats(Samples.KEY, random);
        List<String> ranking = expected(entries, query, 60);
        Set<String> hidden = Set.of(ranking.get(0), ranking.get(2), ranking.get(40), "an id that is not there");
        try (PassageMemory memory = memory(entries); PassageView whole = memory.view();
                PassageView view = whole.without(hidden)) {
            assertEquals(57, view.size());
            assertEquals(whole.rowLimit(), view.rowLimit());
            List<String> left = ranking.stream().filter(id -> !hidden.contains(id)).toList();
            assertEquals(left, ids(view, view.search(query, 1, 60), 0));
            assertEquals(left.subList(0, 2), ids(view, view.search(query, 1, 2), 0));
            assertEquals(ranking, ids(whole, whole.search(query, 1, 60), 0));
            int hiddenRow = whole.search(query, 1, 1).row(0, 0);
            assertEquals(ranking.getFirst(), view.passage(hiddenRow).id());
        }
    }

    @Test
    void hidingAddsUp() {
        List<Entry> entries = IntStream.range(0, 4).mapToObj(i -> Samples.entry(i, Samples.along(9 - i))).toList();
        try (PassageMemory memory = memory(entries); PassageView whole = memory.view();
                PassageView one = whole.without(Set.of("p0")); PassageView both = one.without(Set.of("p2"))) {
            assertEquals(List.of("p1", "p3"), ids(both, both.search(Samples.along(1), 1, 4), 0));
            assertEquals(List.of("p1", "p2", "p3"), ids(one, one.search(Samples.along(1), 1, 4), 0));
        }
    }

    @Test
    void hidingEverythingLeavesNothingToFind() {
        Set<String> all = Set.of("p0", "p1", "p2");
        try (PassageMemory memory = memory(Samples.random(3, seeded())); PassageMemory hiding = memory.without(all);
                PassageView view = hiding.view()) {
            assertEquals(0, view.size());
            assertArrayEquals(new int[1], view.search(Samples.along(1), 1, 3).counts());
        }
    }

    @Test
    void aMemoryWithHiddenPassagesHidesThemFromEveryViewAndKeepsItsName() {
        List<Entry> entries = IntStream.range(0, 4).mapToObj(i -> Samples.entry(i, Samples.along(9 - i))).toList();
        try (PassageMemory memory = memory(entries); PassageMemory hiding = memory.without(Set.of("p1"))) {
            assertEquals(memory.name(), hiding.name());
            for (int i = 0; i < 2; i++) {
                try (PassageView view = hiding.view()) {
                    assertEquals(List.of("p0", "p2", "p3"), ids(view, view.search(Samples.along(1), 1, 4), 0));
                }
            }
        }
    }

    @Test
    void aViewThatHidesPassagesLivesLongerThanTheOneItCameFrom() {
        try (PassageMemory memory = memory(Samples.random(3, seeded()))) {
            PassageView whole = memory.view();
            try (PassageView view = whole.without(Set.of("p1"))) {
                whole.close();
                assertArrayEquals(new int[] {2}, view.search(Samples.along(1), 1, 3).counts());
            }
        }
    }

    @Test
    void anOpenViewDoesNotChangeUnderAnEditAndTheNextOneShowsIt() {
        RandomGenerator random = seeded();
        float[] queries = Samples.floats(5 * Samples.KEY, random);
        try (PassageMemory memory = memory(Samples.random(40, random)); PassageView before = memory.view();
                PassageView hiding = before.without(Set.of("p3"))) {
            String whole = everything(before, queries);
            String part = everything(hiding, queries);
            edit(memory);
            assertEquals(whole, everything(before, queries));
            assertEquals(part, everything(hiding, queries));
            try (PassageView after = memory.view()) {
                assertFalse(whole.equals(everything(after, queries)), "the edit shows in the next view");
            }
            assertEquals(whole, everything(before, queries));
        }
    }

    @Test
    void aClosedViewRefuses() {
        try (PassageMemory memory = memory(Samples.random(3, seeded()))) {
            PassageView view = memory.view();
            int[] rows = rows(view, 3);
            view.close();
            view.close();
            assertThrows(IllegalStateException.class, () -> view.search(Samples.along(1), 1, 1));
            assertThrows(IllegalStateException.class, () -> view.keys(rows));
            assertThrows(IllegalStateException.class, () -> view.values(rows));
            assertThrows(IllegalStateException.class, () -> view.tokens(rows));
            assertThrows(IllegalStateException.class, () -> view.passage(rows[0]));
            assertThrows(IllegalStateException.class, () -> view.without(Set.of()));
        }
    }

    @Test
    void aClosedMemoryGivesNoViewsAndOpenOnesGoOn() {
        PassageMemory memory = memory(Samples.random(3, seeded()));
        try (PassageView view = memory.view()) {
            memory.close();
            memory.close();
            assertThrows(IllegalStateException.class, memory::view);
            assertArrayEquals(new int[] {3}, view.search(Samples.along(1), 1, 5).counts());
        }
    }

    @Test
    void whatIsHandedOutIsTheCallers() {
        try (PassageMemory memory = memory(Samples.random(3, seeded())); PassageView view = memory.view()) {
            int[] rows = rows(view, 3);
            String before = everything(view, Samples.along(1));
            Arrays.fill(view.keys(rows), 77);
            Arrays.fill(view.values(rows), 77);
            Arrays.fill(view.tokens(rows)[0], 77);
            assertEquals(before, everything(view, Samples.along(1)));
        }
    }

    @Test
    void severalThreadsFindTheSameInOneView() throws Exception {
        RandomGenerator random = seeded();
        float[] queries = Samples.floats(8 * Samples.KEY, random);
        try (PassageMemory memory = memory(Samples.random(120, random)); PassageView view = memory.view();
                ExecutorService threads = Executors.newFixedThreadPool(6)) {
            String alone = everything(view, queries);
            List<Future<String>> found = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                found.add(threads.submit(() -> everything(view, queries)));
            }
            for (Future<String> one : found) {
                assertEquals(alone, one.get());
            }
        }
    }

    @Test
    void viewsOpenedDuringAnEditShowAllOfItOrNothing() throws Exception {
        RandomGenerator random = seeded();
        float[] queries = Samples.floats(4 * Samples.KEY, random);
        try (PassageMemory memory = memory(Samples.random(80, random));
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            String before = everythingNow(memory, queries);
            List<Future<String>> found = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                found.add(threads.submit(() -> everythingNow(memory, queries)));
                if (i == 20) {
                    edit(memory);
                }
            }
            String after = everythingNow(memory, queries);
            for (Future<String> one : found) {
                assertTrue(Set.of(before, after).contains(one.get()), "neither what was before nor what was after");
            }
            assertEquals(after, found.getLast().get());
        }
    }

    /** Random numbers that can be had again: run with {@code -Dpluglm.seed=N}. */
    final RandomGenerator seeded() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Dpluglm.seed=" + seed);
        return new SplittableRandom(seed);
    }
}
