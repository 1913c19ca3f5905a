package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HostileStoreTest {

    @TempDir
    Path directory;

    private static void refused(Path place, String... parts) {
        Problem problem = assertThrows(Problem.class, () -> MemoryStore.openForReading(place).close());
        for (String part : parts) {
            assertTrue(problem.getMessage().contains(part), problem.getMessage());
        }
        assertTrue(problem.getMessage().contains(place.toString()), problem.getMessage());
        assertFalse(problem.getMessage().contains("\n"), problem.getMessage());
    }

    @Test
    void whatIsNoMemoryIsRefused() throws IOException {
        refused(directory.resolve("missing"), "there is no such directory");
        refused(Files.writeString(directory.resolve("file"), "x"), "not a directory");
        refused(Files.createDirectory(directory.resolve("empty")), "holds no memory", "pluglm memory create");
        Path strange = Files.createDirectory(directory.resolve("strange"));
        Files.writeString(strange.resolve("segments_1"), "this is not Lucene");
        refused(strange, "damaged");
    }

    @Test
    void anotherLuceneIndexAndAnotherFormatVersionAreRefused() throws IOException {
        Path other = directory.resolve("other");
        index(other, Map.of());
        refused(other, "not a memory of PlugLM");
        Path later = directory.resolve("later");
        index(later, Map.of("pluglm.format", "2"));
        refused(later, "format version 2, expected 1");
        Path odd = directory.resolve("odd");
        index(odd, Map.of("pluglm.format", "1", "name", "x", "key_size", "many", "log", "?"));
        refused(odd, "description is damaged");
    }

    private static void index(Path place, Map<String, String> data) throws IOException {
        try (FSDirectory files = FSDirectory.open(place);
                IndexWriter writer = new IndexWriter(files, new IndexWriterConfig())) {
            writer.addDocument(new Document());
            writer.setLiveCommitData(data.entrySet());
            writer.commit();
        }
    }

    private Path memory(int passages) {
        Path place = directory.resolve("memory");
        MemoryStore.create(place, "m", TestEncoder.STANDARD, store -> {
            store.add(IntStream.range(0, passages).mapToObj(i -> Passage.of("p" + i, "text " + i)).iterator(), n -> {});
            store.remove(List.of("p1"));
        });
        return place;
    }

    @Test
    void everyMissingOrTruncatedFileIsNoticedWhenTheMemoryIsOpened() throws IOException {
        Path place = memory(30);
        try (Stream<Path> files = Files.list(place)) {
            for (Path file : files.filter(f -> !f.toString().endsWith(".lock")).toList()) {
                if (file.getFileName().toString().equals("segments_1")
                        || file.getFileName().toString().equals("segments_2")) {
                    continue; // Kept for undo alone.
                }
                byte[] whole = Files.readAllBytes(file);
                for (int length : new int[] {0, whole.length / 2, whole.length - 1}) {
                    Files.write(file, Arrays.copyOf(whole, length));
                    refused(place, file.toString().contains("segments") ? "" : "damaged");
                }
                Files.delete(file);
                if (!file.toString().contains("segments")) {
                    refused(place, "damaged");
                }
                Files.write(file, whole);
            }
        }
        MemoryStore.openForReading(place).close();
    }

    @Test
    void changedBytesAreNoticedWhereverTheyAre() throws IOException {
        Path place = memory(30);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Path> files;
        try (Stream<Path> all = Files.list(place)) {
            files = all.filter(f -> !f.toString().endsWith(".lock"))
                    .filter(f -> !f.toString().matches(".*segments_[12]")).toList();
        }
        for (int round = 0; round < 300; round++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] whole = Files.readAllBytes(file);
            byte[] changed = whole.clone();
            int at = random.nextInt(changed.length);
            changed[at] ^= (byte) (1 + random.nextInt(255));
            Files.write(file, changed);
            String message = file.getFileName() + " byte " + at + ", seed " + seed;
            assertThrows(Problem.class, () -> MemoryStore.openForReading(place).close(), message);
            Files.write(file, whole);
        }
    }

    @Test
    void verifyFindsDamageThatCameAfterOpening() throws IOException {
        Path place = memory(30);
        try (MemoryStore store = MemoryStore.openForReading(place)) {
            assertEquals(29, store.verify());
            Path data;
            try (Stream<Path> all = Files.list(place)) {
                data = all.filter(f -> f.toString().endsWith(".cfs") || f.toString().endsWith(".vec"))
                        .findFirst().orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(data);
            bytes[bytes.length / 2] ^= 1;
            Files.write(data, bytes);
            Problem problem = assertThrows(Problem.class, store::verify);
            assertTrue(problem.getMessage().contains("damaged"), problem.getMessage());
        }
    }

    @Test
    void damageInFilesTooLargeToCheckAtOnceIsMetAsOneLine() throws IOException {
        TestEncoder wide = new TestEncoder("0123456789abcdef0123456789abcdef", 64, 256);
        Tuning graphs = new Tuning(0, 0, 50);
        Path place = directory.resolve("memory");
        NewMemory.create(place, "m", MemoryShape.of(wide), Optional.of(wide), graphs, store -> store.add(
                IntStream.range(0, 2000).mapToObj(i -> Passage.of("p" + i, "text " + i)).iterator(), n -> {}));
        Path data = largest(place);
        byte[] whole = Files.readAllBytes(data);
        assertTrue(whole.length > 1 << 20, whole.length + " bytes");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int met = 0;
        for (int round = 0; round < 60; round++) {
            byte[] changed = whole.clone();
            // Most of the file is numbers, where a change does little: damage the rest in particular.
            int at = random.nextInt(changed.length);
            int length = 1 + random.nextInt(2000);
            for (int i = at; i < Math.min(at + length, changed.length); i++) {
                changed[i] = (byte) (round % 3 == 0 ? 0xff : random.nextInt());
            }
            Files.write(data, changed);
            String message = "bytes " + at + " to " + (at + length) + ", seed " + seed;
            try (MemoryStore store = MemoryStore.open(place, graphs, true, Optional.empty());
                    StoreView view = store.view()) {
                met += metByReading(view, random) ? 1 : 0;
                Problem problem = assertThrows(Problem.class, store::verify, message);
                assertFalse(problem.getMessage().contains("\n"), problem.getMessage());
            } catch (Problem problem) {
                assertFalse(problem.getMessage().contains("\n"), problem.getMessage());
                met++;
            }
        }
        System.out.println(met + " of 60 damages were met without verify; seed " + seed);
    }

    private static boolean metByReading(StoreView view, Random random) {
        try {
            view.search(TestEncoder.floats(random, 3 * 64), 3, 5);
            view.search(TestEncoder.floats(random, 64), 1, 2000);
            view.searchWords("text 17", 5);
            view.find("p17");
            view.entries().forEach(entry -> { });
            return false;
        } catch (Problem problem) {
            return true;
        } catch (AssertionError ofLucene) {
            // Tests run with Lucene's own assertions, which come before what users meet.
            return true;
        }
    }

    private static Path largest(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
        }
    }

    @Test
    void verifyReadsWhatOnlyUndoNeedsToo() throws IOException {
        Path place = memory(30);
        try (MemoryStore store = MemoryStore.openForWriting(place)) {
            addFrom(store);
            store.removeBySource("s");
            Path first = place.resolve("segments_2");
            byte[] whole = Files.readAllBytes(first);
            Files.write(first, Arrays.copyOf(whole, whole.length - 1));
            assertThrows(Problem.class, store::verify);
            Files.write(first, whole);
            assertEquals(29, store.verify());
        }
    }

    private static void addFrom(MemoryStore store) {
        Passage passage = new Passage("x", "", Optional.empty(), Optional.of("s"), Map.of());
        store.addEntries(List.of(TestEncoder.STANDARD.entry(passage)).iterator(), n -> {});
    }

    @Test
    void aLuceneOfTheFutureAndAFullDiskAreNotCalledDamage() {
        Problem codec = LuceneIndex.damaged(directory, new IllegalArgumentException(
                "Could not load codec 'Lucene999'. Did you forget to add lucene-backward-codecs.jar?"));
        assertTrue(codec.getMessage().contains("written by another Lucene"), codec.getMessage());
        Problem full = LuceneIndex.problem(directory, new IOException("No space left on device"));
        assertTrue(full.getMessage().contains("No space left on device"), full.getMessage());
        assertFalse(full.getMessage().contains("damaged"), full.getMessage());
        for (IOException damage : List.of(new EOFException("end"), new CorruptIndexException("odd", "file"),
                new NoSuchFileException("_0.cfs"))) {
            assertTrue(LuceneIndex.problem(directory, damage).getMessage().contains("is damaged"));
        }
    }
}
