package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Edits of a memory on disk: what they keep, what they refuse, who may make them. */
class MemoryStoreTest extends StoreFixture {
    @Test
    void aPassageComesBackWithAllThatItHad() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("z", List.of(1, "two", Map.of("three", 3.5)));
        metadata.put("a", null);
        Passage passage = new Passage("id/1 ü", "Ünïcode \uD83D\uDE00 text\nof two lines", Optional.of("Title"),
                Optional.of("file.jsonl"), metadata);
        try (MemoryStore store = store(passage, Passage.of("2", "plain")); StoreView view = store.view()) {
            assertEquals(passage, view.passage(0));
            assertEquals(List.of("z", "a"), List.copyOf(view.passage(0).metadata().keySet()));
            assertEquals(Passage.of("2", "plain"), view.passage(1));
            assertArrayEquals(ENCODER.encode(passage).tokens(), view.tokens(new int[] {0})[0]);
            assertEquals("facts", view.memory(0));
            assertEquals(1, view.find("2").orElseThrow());
            assertTrue(view.find("3").isEmpty());
            assertEquals(2, store.verify());
        }
    }

    @Test
    void anIdThatIsThereOrComesTwiceIsRefusedWithBothPlaces() {
        try (MemoryStore store = store(from("a.txt", "one"))) {
            refused(() -> store.add(Passage.of("two", "t"), from("b.txt", "one")),
                    "'one'", "passage 2 of b.txt", "row 0 of a.txt", "use replace");
            refused(() -> store.add(Passage.of("two", "t"), Passage.of("x", "t"), Passage.of("two", "u")),
                    "'two'", "passage 3", "passage 1");
            assertEquals(List.of("one"), ids(store));
            refused(() -> store.replace(Passage.of("two", "t")), "no passage with id 'two'", "use add");
            refused(() -> store.remove(List.of("one", "two")), "no passage with id 'two'");
            refused(() -> store.removeBySource("c.txt"), "c.txt");
            refused(store::add, "no passages");
            assertEquals(List.of("one"), ids(store));
            assertEquals(2, store.log().size());
        }
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        try (MemoryStore store = store()) {
            refused(() -> store.add(Passage.of(" ", "t")), "empty id");
            refused(() -> store.add(Passage.of("x", "\n ")), "'x'", "no text");
            refused(() -> store.add(Passage.of("x\uD800", "t")), "not valid Unicode");
            refused(() -> store.add(Passage.of("i".repeat(40_000), "t")), "40000 bytes");
            refused(() -> store.add(new Passage("x", "t", Optional.empty(), Optional.empty(),
                    Map.of("half", "\uD800"))), "'x'", "metadata is not valid Unicode");
            float[] key = new float[16];
            key[3] = 1e6f;
            Entry large = new Entry(Passage.of("x", ""), new PassageEncoder.Encoded(new int[0], key, new float[24]));
            refused(() -> store.addEntries(List.of(large).iterator(), n -> {}), "key of passage 'x'", "number 3");
            Entry shorter = new Entry(large.passage(),
                    new PassageEncoder.Encoded(new int[0], new float[15], new float[24]));
            refused(() -> store.addEntries(List.of(shorter).iterator(), n -> {}), "15 floats, expected 16");
            assertEquals(List.of(), ids(store));
        }
    }

    @Test
    void anEditThatFailsMidwayLeavesTheMemoryAsItWas() {
        try (MemoryStore store = store(Passage.of("a", "t"))) {
            Iterator<Passage> breaking = IntStream.range(0, PassageEncoder.AT_ONCE + 900).mapToObj(i -> {
                if (i == PassageEncoder.AT_ONCE + 500) {
                    throw new IllegalStateException("the input broke");
                }
                return Passage.of("n" + i, "t" + i);
            }).iterator();
            assertThrows(IllegalStateException.class, () -> store.add(breaking, done -> {}));
            assertEquals(List.of("a"), ids(store));
            store.add(Passage.of("n1", "t"));
            assertEquals(List.of("a", "n1"), ids(store));
        }
    }

    @Test
    void anEncoderThatFailsMidwayLeavesTheMemoryAsItWas() {
        store(Passage.of("a", "t"), Passage.of("n3", "t")).close();
        for (PassageEncoder failing : List.of(new FailingEncoder(false), new FailingEncoder(true))) {
            try (MemoryStore store = MemoryStore.openForWriting(place(), failing)) {
                List<Passage> many = IntStream.range(0, PassageEncoder.AT_ONCE + 900)
                        .mapToObj(i -> Passage.of("m" + i, "t" + i)).toList();
                assertThrows(RuntimeException.class, () -> store.add(many.iterator(), done -> {}));
                assertThrows(RuntimeException.class, 
                        () -> store.reencode(new FailingEncoder(true), done -> {}));
                assertEquals(List.of("a", "n3"), ids(store));
                assertEquals(2, store.log().size());
                assertEquals(2, store.verify());
            }
        }
    }

    /** Throws in its second batch, or gives numbers that are none. */
    private static final class FailingEncoder implements PassageEncoder {
        private final boolean nonsense;
        private int batches;

        FailingEncoder(boolean nonsense) {
            this.nonsense = nonsense;
        }

        @Override
        public String fingerprint() {
            return ENCODER.fingerprint();
        }

        @Override
        public int keySize() {
            return ENCODER.keySize();
        }

        @Override
        public int valueSize() {
            return ENCODER.valueSize();
        }

        @Override
        public List<Encoded> encode(List<Passage> passages) {
            List<Encoded> encoded = ENCODER.encode(passages);
            if (++batches > 1 && !nonsense) {
                throw new IllegalStateException("the device was lost");
            }
            if (nonsense) {
                encoded.getLast().value()[0] = Float.NaN;
            }
            return encoded;
        }
    }

    @Test
    void progressCountsToTheEnd() {
        try (MemoryStore store = store()) {
            List<Long> told = new ArrayList<>();
            store.add(IntStream.range(0, 1200).mapToObj(i -> Passage.of("p" + i, "t" + i)).iterator(), told::add);
            assertEquals(1200, told.getLast());
            assertEquals(1200, store.stats().passages());
        }
    }

    @Test
    void wordsAreFoundInTitleAndText() {
        Passage titled = new Passage("t", "a river", Optional.of("Paris"), Optional.empty(), Map.of());
        try (MemoryStore store = store(titled, Passage.of("x", "the paris of the north"), Passage.of("y", "london"));
                StoreView view = store.view()) {
            assertEquals(2, view.searchWords("PARIS!", 5).counts()[0]);
            assertEquals(1, view.searchWords("Paris", 1).counts()[0]);
            assertEquals(0, view.searchWords("", 5).counts()[0]);
            assertEquals(0, view.searchWords("?*:\"(", 5).counts()[0]);
            assertEquals(1, view.searchWords("london ".repeat(5000) + "x".repeat(100_000), 5).counts()[0]);
            try (StoreView less = view.without(Set.of("t"))) {
                assertEquals(1, less.searchWords("paris", 5).counts()[0]);
            }
        }
    }

    @Test
    void aMemoryOfAnotherEncoderIsRefusedUntilItIsEncodedAnew() {
        TestEncoder other = new TestEncoder("fedcba9876543210fedcba9876543210", 8, 12);
        try (MemoryStore store = store(Passage.of("a", "x"), Passage.of("b", "y"))) {
            store.remove(List.of("a"));
        }
        refused(() -> MemoryStore.openForWriting(place(), other), "0123456789ab ", "fedcba987654",
                "pluglm memory reencode " + place());
        try (MemoryStore store = MemoryStore.openForWriting(place())) {
            refused(() -> store.add(Passage.of("c", "z")), "with the model");
            store.reencode(other, done -> {});
            assertEquals(List.of("b"), ids(store));
        }
        try (MemoryStore store = MemoryStore.openForWriting(place(), other)) {
            store.add(Passage.of("c", "z"));
            try (StoreView view = store.view()) {
                assertEquals(8, view.keySize());
                assertEquals(12, view.valueSize());
                assertEquals(Optional.of(other.fingerprint()), view.encoderFingerprint());
                float[] query = other.encode(Passage.of("b", "y")).key();
                assertEquals("b", view.passage(view.search(query, 1, 1).row(0, 0)).id());
            }
            store.undo();
            store.undo();
            assertEquals(List.of("b"), ids(store));
            refused(() -> store.add(Passage.of("c", "z")), "pluglm memory reencode");
        }
        MemoryStore.openForWriting(place(), ENCODER).close();
    }

    @Test
    void oneWriterAtATimeAndReadersGoOn() {
        try (MemoryStore writer = store(Passage.of("a", "t")); MemoryStore reader = MemoryStore.openForReading(place());
                StoreView before = reader.view()) {
            refused(() -> MemoryStore.openForWriting(place()), "another edit is under way");
            refused(() -> reader.remove(List.of("a")), "opened for reading");
            writer.replace(Passage.of("a", "new"));
            assertEquals("t", before.passage(0).text());
            assertEquals(List.of("a"), ids(reader));
            try (StoreView after = reader.view()) {
                assertEquals("new", after.passage(after.find("a").orElseThrow()).text());
            }
            writer.purge();
            assertEquals("t", before.passage(0).text());
        }
        MemoryStore.openForWriting(place()).close();
    }

    @Test
    void aMemoryThatCannotBeFilledDoesNotAppear() throws IOException {
        refused(() -> MemoryStore.create(place(), "facts", ENCODER, store -> store.add(Passage.of("", "t"))), "empty");
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
        store(Passage.of("a", "t")).close();
        refused(() -> MemoryStore.create(place(), "facts", ENCODER, store -> {}), "not empty", "pluglm memory add");
        refused(() -> MemoryStore.create(directory.resolve("x"), " ", ENCODER, store -> {}), "name");
        Path file = Files.writeString(directory.resolve("file"), "x");
        refused(() -> MemoryStore.create(file, "facts", ENCODER, store -> {}), file.toString());
    }

    @Test
    void whatAKilledCreationLeftIsRemovedByTheNextButNotWhatIsUnderWay() throws IOException {
        Path abandoned = Files.createDirectory(directory.resolve(".memory.new-123"));
        Files.writeString(abandoned.resolve("_0.cfs"), "secret");
        Path another = Files.createDirectory(directory.resolve(".other.new-123"));
        MemoryStore.create(place(), "facts", ENCODER, store -> {
            assertFalse(Files.exists(abandoned));
            // A second creation of the same memory must not take this one's files away.
            refused(() -> MemoryStore.create(place(), "facts", ENCODER, rival -> rival.add(Passage.of("", "t"))), "id");
            store.add(Passage.of("a", "t"));
        });
        assertTrue(Files.exists(another));
        try (MemoryStore store = MemoryStore.openForReading(place())) {
            assertEquals(List.of("a"), ids(store));
        }
    }

    @Test
    void allThatIsKeptCanBeExportedAndImported() {
        try (MemoryStore store = store(Passage.of("a", "t"), Passage.of("b", "u")); StoreView view = store.view()) {
            Path copy = directory.resolve("copy");
            MemoryStore.create(copy, "copy", view.data().shape(),
                    copied -> copied.addEntries(view.entries().iterator(), done -> {}));
            try (MemoryStore copied = MemoryStore.openForReading(copy); StoreView same = copied.view()) {
                assertEquals(ids(store), ids(copied));
                int[] rows = {0, 1};
                assertArrayEquals(view.keys(rows), same.keys(rows));
                assertArrayEquals(view.values(rows), same.values(rows));
                assertTrue(Arrays.deepEquals(view.tokens(rows), same.tokens(rows)));
            }
        }
    }

    @Test
    void aClosedViewSaysSo() {
        try (MemoryStore store = store(Passage.of("a", "t"))) {
            StoreView view = store.view();
            view.close();
            view.close();
            assertThrows(IllegalStateException.class, () -> view.passage(0));
        }
    }
}
