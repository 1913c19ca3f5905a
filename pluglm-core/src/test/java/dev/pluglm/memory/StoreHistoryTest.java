package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.Edit.Operation;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What becomes of edits: undo, the log, and what a purge leaves on the disk. */
class StoreHistoryTest extends StoreFixture {
    @Test
    void undoGoesBackEditByEditAndTheLogTellsAll() {
        try (MemoryStore store = store(from("s", "a"), from("s", "b"), from("t", "c"))) {
            store.replace(Passage.of("b", "other"));
            store.removeBySource("s");
            assertEquals(List.of("c", "b"), ids(store));
            store.undo();
            assertEquals(List.of("a", "c", "b"), ids(store));
            store.add(Passage.of("d", "t"));
            store.undo();
            store.undo();
            assertEquals(List.of("a", "b", "c"), ids(store));
            try (StoreView view = store.view()) {
                assertEquals("text of b", view.passage(1).text());
            }
            store.undo();
            assertEquals(List.of(), ids(store));
            refused(store::undo, "nothing to undo");
            assertEquals(List.of(Operation.CREATE, Operation.ADD, Operation.REPLACE, Operation.REMOVE, Operation.UNDO,
                    Operation.ADD, Operation.UNDO, Operation.UNDO, Operation.UNDO),
                    store.log().stream().map(Edit::operation).toList());
            assertEquals(List.of(4L, 6L, 3L, 2L), store.log().stream()
                    .map(Edit::undone).filter(OptionalLong::isPresent).map(OptionalLong::getAsLong).toList());
            assertEquals(List.of(0, 3, 3, 2, 3, 4, 3, 3, 0), store.log().stream().map(Edit::passages).toList());
        }
    }

    @Test
    void asManyEditsCanBeUndoneAsAreKept() {
        int kept = 12;
        Tuning tuning = new Tuning(100_000, 1000, 250, kept);
        store().close();
        try (MemoryStore store = MemoryStore.open(place(), tuning, true, Optional.of(ENCODER))) {
            for (int i = 0; i < 20; i++) {
                store.add(Passage.of("p" + i, "t" + i));
            }
            assertEquals(kept, store.stats().undoable());
            for (int i = 0; i < 5; i++) {
                store.add(Passage.of("q", "t"));
                store.undo();
            }
            // Each of those was one edit more than are kept, so the oldest is gone for good.
            assertEquals(kept - 1, store.stats().undoable());
            for (int i = 0; i < kept - 1; i++) {
                store.undo();
            }
            assertEquals(IntStream.range(0, 9).mapToObj(i -> "p" + i).toList(), ids(store));
            refused(store::undo, "nothing to undo", "12");
            assertEquals(9, store.verify());
            assertEquals(100, Tuning.STANDARD.undoable());
        }
    }

    @Test
    void theLogStaysShort() {
        EditLog log = EditLog.created();
        for (int i = 0; i < 3000; i++) {
            log = log.with(Operation.ADD, 1, 0, i);
        }
        assertEquals(1000, log.edits().size());
        assertEquals(log, EditLog.read(log.write()));
        assertEquals(3001, log.last().edit().number());
    }

    @Test
    void theLogForgetsNoStepOfTheWayBackHoweverOftenEditsAreUndone() {
        EditLog log = EditLog.created();
        for (int i = 1; i <= 150; i++) {
            log = log.with(Operation.ADD, 1, 0, i);
        }
        List<Long> wayBack = log.undoable(101);
        for (int i = 0; i < 2000; i++) {
            log = log.with(Operation.ADD, 1, 0, 151).withUndo(150);
        }
        assertEquals(wayBack, log.undoable(101));
        assertEquals(log, EditLog.read(log.write()));
        assertTrue(log.edits().size() <= 1101, log.edits().size() + " lines");
    }

    @Test
    void afterAPurgeNoTokensKeysOrValuesOfARemovedPassageAreOnTheDisk() throws IOException {
        Passage kept = Passage.of("k", "kept");
        Passage gone = Passage.of("g", "gone");
        Passage replaced = Passage.of("r", "replaced");
        try (MemoryStore store = store(kept, gone, replaced)) {
            store.add(from("s", "s"));
            store.removeBySource("s");
            store.remove(List.of("g"));
            store.replace(Passage.of("r", "by another"));
            for (Passage passage : List.of(kept, gone, replaced, from("s", "s"))) {
                assertEquals(3, traces(passage), "before the purge, of " + passage.id());
            }
            store.purge();
            assertEquals(3, traces(kept));
            for (Passage passage : List.of(gone, replaced, from("s", "s"))) {
                assertEquals(0, traces(passage), "after the purge, of " + passage.id());
            }
            store.add(Passage.of("u", "undone"));
            store.undo();
            store.purge();
            assertEquals(0, traces(Passage.of("u", "undone")));
        }
    }

    /** How many of a passage's tokens, key and value have bytes in the directory. */
    private int traces(Passage passage) throws IOException {
        PassageEncoder.Encoded encoded = ENCODER.encode(passage);
        ByteBuffer key = ByteBuffer.allocate(encoded.key().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : BruteForce.rounded(encoded.key())) {
            key.putFloat(number);
        }
        int traces = 0;
        for (byte[] bytes : List.of(Varints.write(encoded.tokens()), key.array(), Fp16.bytes(encoded.value()))) {
            traces += found(new String(bytes, StandardCharsets.ISO_8859_1)) ? 1 : 0;
        }
        return traces;
    }

    @Test
    void afterAPurgeNothingOfARemovedPassageIsOnTheDisk() throws IOException {
        String gone = noise(1);
        String replaced = noise(2);
        String kept = noise(3);
        try (MemoryStore store = store(Passage.of("a", "t"), Passage.of("gone-" + gone, gone),
                Passage.of("r", replaced), Passage.of("k", kept))) {
            assertTrue(onDisk(gone) && onDisk(replaced) && onDisk(kept));
            store.remove(List.of("gone-" + gone));
            store.replace(Passage.of("r", "new"));
            assertTrue(onDisk(gone));
            store.purge();
            assertFalse(onDisk(gone));
            assertFalse(onDisk(replaced));
            assertTrue(onDisk(kept));
            try (StoreView view = store.view()) {
                assertEquals(view.size(), view.rowLimit());
                assertEquals(0, view.searchWords(gone, 5).counts()[0]);
            }
            refused(store::undo, "nothing to undo");
            try (Stream<Path> files = Files.list(place())) {
                assertEquals(1, files.filter(f -> f.getFileName().toString().startsWith("segments_")).count());
            }
            try (Stream<Path> files = Files.list(place())) {
                assertEquals(List.of(), files.map(f -> f.getFileName().toString())
                        .filter(f -> f.contains("pending") || f.endsWith(".tmp")).toList());
            }
            store.add(Passage.of("later", "t"));
            store.undo();
            assertEquals(List.of("a", "k", "r"), ids(store));
            assertEquals(3, store.verify());
        }
    }

    /** Text that no compression shortens. */
    private static String noise(long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        random.ints(200, 'a', 'z' + 1).forEach(c -> text.append((char) c));
        return text.toString();
    }

    private boolean onDisk(String text) throws IOException {
        // Words longer than 255 letters are split, and stored texts may be split too: look for a part.
        return found(text.substring(50, 70));
    }

    private boolean found(String part) throws IOException {
        try (Stream<Path> files = Files.list(place())) {
            for (Path file : files.toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(part)) {
                    return true;
                }
            }
            return false;
        }
    }

    @Test
    void whatWasRemovedIsFoundByNoPath() {
        try (MemoryStore store = store(Passage.of("a", "apple tree"), Passage.of("b", "apple pie"))) {
            store.remove(List.of("a"));
            try (StoreView view = store.view()) {
                float[] query = ENCODER.encode(Passage.of("a", "apple tree")).key();
                assertEquals(1, view.search(query, 1, 5).counts()[0]);
                assertEquals(1, view.searchWords("apple tree", 5).counts()[0]);
                assertTrue(view.find("a").isEmpty());
                int row = view.find("b").orElseThrow();
                assertArrayEquals(new int[] {row}, view.rows(0).toArray());
                for (int other : new int[] {0, 1}) {
                    if (other != row) {
                        assertThrows(IllegalArgumentException.class, () -> view.passage(other));
                        assertThrows(IllegalArgumentException.class, () -> view.keys(new int[] {other}));
                    }
                }
            }
        }
    }
}
