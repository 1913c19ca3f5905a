package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
            files = all.filter(f -> !f.toString().endsWith(".lock") && !f.toString().matches(".*segments_[12]")).toList();
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
}
