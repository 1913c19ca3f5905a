package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.pluglm.model.Memory.Hits;
import dev.pluglm.problem.Problem;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Any sequence of edits leaves a store with what the same edits leave in a list. */
class StorePropertiesTest {
    private static final TestEncoder ENCODER = TestEncoder.STANDARD;

    @TempDir
    Path directory;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Deque<List<Passage>> earlier = new ArrayDeque<>();
    private List<Passage> expected = List.of();
    private final List<String> written = new ArrayList<>();
    private int made;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStoreHoldsWhatAListWouldHold(boolean exact) {
        Tuning tuning = exact ? Tuning.STANDARD : new Tuning(0, 1, 250);
        Path place = directory.resolve("memory");
        NewMemory.create(place, "m", MemoryShape.of(ENCODER), Optional.of(ENCODER), tuning, store -> {});
        for (int session = 0; session < 3; session++) {
            try (MemoryStore store = MemoryStore.open(place, tuning, true, Optional.of(ENCODER))) {
                for (int i = 0; i < 20; i++) {
                    edit(store);
                    compare(store);
                }
            }
        }
    }

    private void edit(MemoryStore store) {
        List<Passage> before = expected;
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> {
                Passage[] fresh = some(1 + random.nextInt(40));
                store.add(fresh);
                expected = joined(expected, fresh);
            }
            case 4, 5 -> {
                Passage[] others = picked().stream().map(p -> passage(p.id())).toArray(Passage[]::new);
                if (others.length > 0) {
                    store.replace(others);
                    expected = joined(without(Arrays.stream(others).map(Passage::id).toList()), others);
                }
            }
            case 6 -> {
                List<String> ids = picked().stream().map(Passage::id).toList();
                if (!ids.isEmpty()) {
                    store.remove(ids);
                    expected = without(ids);
                }
            }
            case 7 -> {
                String source = "source" + random.nextInt(5);
                List<String> ids = expected.stream().filter(p -> p.source().equals(Optional.of(source)))
                        .map(Passage::id).toList();
                if (ids.isEmpty()) {
                    assertThrows(Problem.class, () -> store.removeBySource(source));
                } else {
                    store.removeBySource(source);
                    expected = without(ids);
                }
            }
            case 8 -> {
                if (earlier.isEmpty()) {
                    assertThrows(Problem.class, store::undo);
                } else {
                    store.undo();
                    expected = earlier.pop();
                }
                return;
            }
            default -> {
                if (random.nextInt(4) == 0) {
                    store.purge();
                    earlier.clear();
                }
                return;
            }
        }
        if (expected != before) {
            earlier.push(before);
        }
    }

    private void compare(MemoryStore store) {
        String message = "seed " + seed;
        try (StoreView view = store.view()) {
            int[] rows = view.rows(0).toArray();
            assertEquals(expected, Arrays.stream(rows).mapToObj(view::passage).toList(), message);
            assertEquals(expected.size(), view.size(), message);
            BruteForce truth = new BruteForce(expected.stream().map(ENCODER::entry).toList());
            for (int i = 0; i < rows.length; i++) {
                PassageEncoder.Encoded encoded = truth.entries().get(i).encoded();
                int[] one = {rows[i]};
                assertArrayEquals(BruteForce.rounded(encoded.key()), view.keys(one), message);
                assertArrayEquals(BruteForce.rounded(encoded.value()), view.values(one), message);
                assertArrayEquals(encoded.tokens(), view.tokens(one)[0], message);
            }
            compareWords(view, message);
            float[] query = TestEncoder.floats(random, ENCODER.keySize());
            Hits hits = view.search(query, 1, 6);
            List<String> found = IntStream.range(0, hits.counts()[0])
                    .mapToObj(j -> view.passage(hits.row(0, j)).id()).toList();
            List<String> right = truth.nearest(query, 6, Set.of()).stream().map(i -> expected.get(i).id()).toList();
            assertEquals(right, found, message);
        }
    }

    /** Each text has a word of its own, so words find one passage, and none of those that are gone. */
    private void compareWords(StoreView view, String message) {
        Map<String, Long> there = expected.stream()
                .collect(Collectors.groupingBy(StorePropertiesTest::word, Collectors.counting()));
        List<String> asked = new ArrayList<>(written.subList(Math.max(0, written.size() - 30), written.size()));
        expected.stream().limit(10).map(StorePropertiesTest::word).forEach(asked::add);
        for (String word : asked) {
            Hits hits = view.searchWords(word, 3);
            assertEquals(there.getOrDefault(word, 0L), (long) hits.counts()[0], message + ", " + word);
            if (hits.counts()[0] > 0) {
                assertEquals(word, word(view.passage(hits.row(0, 0))), message);
            }
        }
        assertEquals(Math.min(5, expected.size()), view.searchWords("text", 5).counts()[0], message);
    }

    private static String word(Passage passage) {
        return passage.text().substring("text ".length());
    }

    private Passage[] some(int count) {
        return IntStream.range(0, count).mapToObj(i -> passage("id" + made++)).toArray(Passage[]::new);
    }

    private Passage passage(String id) {
        String word = "word" + made + "x" + random.nextInt(1_000_000);
        written.add(word);
        return new Passage(id, "text " + word, Optional.empty(),
                Optional.of("source" + random.nextInt(5)), Map.of("n", random.nextInt()));
    }

    private List<Passage> picked() {
        return expected.stream().filter(p -> random.nextInt(6) == 0).toList();
    }

    private List<Passage> without(List<String> ids) {
        return expected.stream().filter(p -> !ids.contains(p.id())).toList();
    }

    private static List<Passage> joined(List<Passage> first, Passage[] more) {
        List<Passage> all = new ArrayList<>(first);
        all.addAll(Arrays.asList(more));
        return List.copyOf(all);
    }
}
