package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.Memory.Hits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What plugging memories together does beyond the contract of memories. */
class PluggedMemoriesTest {
    private static final String REMEDY = "; memories that are plugged together must be made with one model, so encode"
            + " one of them anew with: pluglm memory reencode DIR --model MODEL";

    @Test
    void everyHitSaysWhichMemoryItCameFrom() {
        try (PluggedMemories memory = PluggedMemories.of(List.of(floats("wiki", 1, 5), floats("pubmed", 4, 6, 2)));
                PassageView view = memory.view()) {
            Hits hits = view.search(new float[] {1}, 1, 5);
            assertEquals(List.of("pubmed 1", "wiki 1", "pubmed 0", "pubmed 2", "wiki 0"), told(view, hits));
            assertArrayEquals(new float[] {6, 5, 4, 2, 1}, hits.similarities());
            assertArrayEquals(new int[] {3, 1, 2, 4, 0}, hits.rows());
            assertEquals("wiki + pubmed", memory.name());
            assertEquals(5, view.rowLimit());
        }
    }

    @Test
    void equalProductsRankByTheOrderOfPlugging() {
        try (PluggedMemories memory = PluggedMemories.of(List.of(floats("b", 1, 2), floats("a", 2, 2)));
                PassageView view = memory.view()) {
            assertEquals(List.of("b 1", "a 0", "a 1"), told(view, view.search(new float[] {1}, 1, 3)));
        }
    }

    @Test
    void anIdIsHiddenInWhicheverMemoryItIs() {
        try (PluggedMemories memory = PluggedMemories.of(List.of(floats("a", 1, 2), floats("b", 4, 3, 9)));
                PassageMemory hiding = memory.without(Set.of("1", "2")); PassageView view = hiding.view()) {
            assertEquals(List.of("b 0", "a 0"), told(view, view.search(new float[] {1}, 1, 5)));
            assertEquals(2, view.size());
        }
    }

    @Test
    void memoriesOfOneNameAreToldApart() {
        try (PluggedMemories memory = PluggedMemories.of(List.of(floats("wiki", 1), floats("wiki", 2),
                floats("wiki-2", 3), floats("wiki", 4), floats("other", 5)));
                PassageView view = memory.view()) {
            assertEquals(List.of("wiki", "wiki-3", "wiki-2", "wiki-4", "other"),
                    IntStream.range(0, 5).mapToObj(view::memory).toList());
        }
    }

    @Test
    void pluggedMemoriesCanBePluggedTogetherWithOthers() {
        PluggedMemories inner = PluggedMemories.of(List.of(floats("a", 1), floats("b", 2)));
        try (PluggedMemories memory = PluggedMemories.of(List.of(inner, floats("a", 3)));
                PassageView view = memory.view()) {
            assertEquals(List.of("a-2 0", "b 0", "a 0"), told(view, view.search(new float[] {1}, 1, 3)));
        }
        assertThrows(IllegalStateException.class, inner::view);
    }

    @Test
    void memoriesWithHiddenPassagesStayPartlyHiddenWhenPlugged() {
        PassageMemory hiding = PluggedMemories.of(List.of(floats("a", 9, 1), floats("b", 8))).without(Set.of("0"));
        try (PluggedMemories memory = PluggedMemories.of(List.of(hiding, floats("c", 7)));
                PassageView view = memory.view()) {
            assertEquals(List.of("c 0", "a 1"), told(view, view.search(new float[] {1}, 1, 9)));
        }
    }

    @Test
    void noMemoriesAtAllAreAnEmptyMemoryForQueriesOfAnySize() {
        try (PluggedMemories memory = PluggedMemories.of(List.of()); PassageView view = memory.view()) {
            assertEquals(0, view.size());
            assertEquals(0, view.keySize());
            assertArrayEquals(new int[2], view.search(new float[256], 2, 5).counts());
            assertThrows(IllegalArgumentException.class, () -> view.passage(0));
        }
    }

    @Test
    void keysOfDifferentSizesAreRefused() {
        PassageMemory pair = ArrayMemory.ofFloats("pubmed", 2, new float[2]);
        ArrayMemoryTest.refused("memory 'wiki' holds keys of 1 floats, memory 'pubmed' keys of 2" + REMEDY,
                () -> PluggedMemories.of(List.of(floats("wiki", 1), pair)));
    }

    @Test
    void valuesOfDifferentSizesAreRefused() {
        PassageMemory with = ArrayMemory.builder("pubmed", Vectors.fp32(new float[1], 1))
                .values(Vectors.fp32(new float[3], 3)).build();
        ArrayMemoryTest.refused("memory 'wiki' holds values of 0 floats, memory 'pubmed' values of 3" + REMEDY,
                () -> PluggedMemories.of(List.of(floats("wiki", 1), with)));
    }

    @Test
    void encodersThatDifferAreRefusedAlsoBehindOneThatIsUnknown() {
        PassageMemory one = encoded("wiki", "0123456789abcdef");
        PassageMemory other = encoded("pubmed", "fedcba9876543210");
        ArrayMemoryTest.refused("memory 'wiki' holds keys and values of encoder 0123456789ab, memory 'pubmed' those of"
                + " encoder fedcba987654" + REMEDY,
                () -> PluggedMemories.of(List.of(floats("unknown", 1), one, floats("unknown", 1), other)));
    }

    @Test
    void encodersThatAreUnknownFitAndTheKnownOneIsTold() {
        try (PluggedMemories memory = PluggedMemories.of(List.of(floats("unknown", 1), encoded("known", "e")));
                PassageView view = memory.view()) {
            assertEquals(Optional.of("e"), view.encoderFingerprint());
        }
    }

    @Test
    void refusedMemoriesStayOpen() {
        PassageMemory single = floats("a", 1);
        PassageMemory pair = ArrayMemory.ofFloats("b", 2, new float[2]);
        ArrayMemoryTest.refused("memory 'a'", () -> PluggedMemories.of(List.of(single, pair)));
        single.view().close();
        pair.view().close();
    }

    @Test
    void aMemoryThatIsEncodedAnewMeanwhileIsRefusedByTheNextView(@TempDir Path directory) {
        List<Entry> entries = List.of(Samples.entry(0, Samples.along(1)));
        MemoryStore store = Stores.of(directory, "store", Stores.EXACT, entries);
        try (PluggedMemories memory = PluggedMemories.of(List.of(store,
                ArrayMemory.ofEntries("arrays", Samples.SHAPE, entries))); PassageView before = memory.view()) {
            store.reencode(new OtherEncoder(), done -> {});
            ArrayMemoryTest.refused("memory 'store' holds keys and values of encoder another, memory 'arrays' those of"
                    + " encoder encoder-of-t" + REMEDY, memory::view);
            assertArrayEquals(new int[] {2}, before.search(Samples.along(1), 1, 5).counts());
        }
    }

    @Test
    void rowsPastTheLargestNumberAreRefused() {
        Watched vast = new Watched("vast", Integer.MAX_VALUE);
        ArrayMemoryTest.refused("with memory 'one' there are 2147483648 rows, expected at most 2147483647",
                () -> PluggedMemories.of(List.of(vast, floats("one", 1))));
        assertEquals(0, vast.openViews.get());
    }

    @Test
    void everyMemoryIsClosedEvenIfOneFailsTo() {
        PassageMemory last = floats("last", 1);
        Watched failing = new Watched("failing", 1);
        PluggedMemories memory = PluggedMemories.of(List.of(failing, last));
        assertSame(failing.failure, assertThrows(IllegalStateException.class, memory::close));
        assertThrows(IllegalStateException.class, last::view);
        memory.close();
    }

    @Test
    void closingAViewClosesThoseOfAllMemories() {
        Watched counting = new Watched("counting", 1);
        PluggedMemories memory = PluggedMemories.of(List.of(counting, floats("a", 1)));
        assertEquals(0, counting.openViews.get());
        try (PassageView view = memory.view(); PassageView hiding = view.without(Set.of("0"))) {
            assertEquals(2, counting.openViews.get());
            assertTrue(hiding.size() < view.size());
        }
        assertEquals(0, counting.openViews.get());
    }

    @Test
    void aMemoryThatCannotBeOpenedLeavesNoViewOfTheOthersOpen() {
        Watched counting = new Watched("counting", 1);
        PassageMemory closed = floats("closed", 1);
        PluggedMemories memory = PluggedMemories.of(List.of(counting, closed));
        closed.close();
        assertThrows(IllegalStateException.class, memory::view);
        assertEquals(0, counting.openViews.get());
    }

    private static List<String> told(PassageView view, Hits hits) {
        return Arrays.stream(hits.rows()).limit(hits.counts()[0])
                .mapToObj(row -> view.memory(row) + " " + view.passage(row).id()).toList();
    }

    private static ArrayMemory floats(String name, float... keys) {
        return ArrayMemory.ofFloats(name, 1, keys);
    }

    private static ArrayMemory encoded(String name, String fingerprint) {
        return ArrayMemory.builder(name, Vectors.fp32(new float[1], 1)).encoder(fingerprint).build();
    }

    /** Makes the same sizes as the samples have, and has another fingerprint. */
    private static final class OtherEncoder implements PassageEncoder {
        @Override
        public String fingerprint() {
            return "another";
        }

        @Override
        public int keySize() {
            return Samples.KEY;
        }

        @Override
        public int valueSize() {
            return Samples.VALUE;
        }

        @Override
        public List<Encoded> encode(List<Passage> passages) {
            return passages.stream().map(passage -> Samples.entry(0, Samples.along(2)).encoded()).toList();
        }
    }

    /** A memory of one passage that claims any number of rows, counts its open views and fails to close. */
    private static final class Watched implements PassageMemory {
        private final IllegalStateException failure = new IllegalStateException("cannot be closed");
        private final AtomicInteger openViews = new AtomicInteger();
        private final String name;
        private final int rows;

        Watched(String name, int rows) {
            this.name = name;
            this.rows = rows;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public PassageView view() {
            openViews.incrementAndGet();
            return new Counted(floats(name, 1).view());
        }

        @Override
        public void close() {
            throw failure;
        }

        private final class Counted implements PassageView {
            private final PassageView view;

            Counted(PassageView view) {
                this.view = view;
            }

            @Override
            public int size() {
                return view.size();
            }

            @Override
            public int rowLimit() {
                return rows;
            }

            @Override
            public int keySize() {
                return view.keySize();
            }

            @Override
            public int valueSize() {
                return view.valueSize();
            }

            @Override
            public Optional<String> encoderFingerprint() {
                return view.encoderFingerprint();
            }

            @Override
            public Hits search(float[] queries, int count, int k) {
                return view.search(queries, count, k);
            }

            @Override
            public float[] keys(int[] own) {
                return view.keys(own);
            }

            @Override
            public float[] values(int[] own) {
                return view.values(own);
            }

            @Override
            public int[][] tokens(int[] own) {
                return view.tokens(own);
            }

            @Override
            public Passage passage(int row) {
                return view.passage(row);
            }

            @Override
            public String memory(int row) {
                return view.memory(row);
            }

            @Override
            public PassageView without(Set<String> ids) {
                openViews.incrementAndGet();
                return new Counted(view.without(ids));
            }

            @Override
            public void close() {
                openViews.decrementAndGet();
                view.close();
            }
        }
    }
}
