package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.disk.Compression;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CorpusTest {
    @TempDir
    Path folder;

    @Test
    void filesDirectoriesAndPatternsAreFoundOnceInOrderOfTheirNames() throws IOException {
        Files.createDirectories(folder.resolve("sub"));
        for (String name : List.of("b.txt", "a.txt", "c.json", "sub/d.txt", ".hidden")) {
            Fixtures.write(folder.resolve(name), "x");
        }
        assertEquals(List.of("a.txt", "b.txt", "c.json", "sub/d.txt"), names(folder.toString()));
        assertEquals(List.of("a.txt", "b.txt"), names(folder + "/*.txt", folder + "/a.txt"));
        assertEquals(List.of("a.txt", "b.txt", "sub/d.txt"), names(folder + "/{*,sub/*}.txt"));
        assertThrows(Problem.class, () -> Corpus.of(List.of(folder + "/*.xml")));
        assertThrows(Problem.class, () -> Corpus.of(List.of(folder + "/[")));
    }

    @Test
    void filesOfTheSameNameAreToldApartByTheirFolders() throws IOException {
        for (String name : List.of("AA/wiki_00", "AB/wiki_00", "AB/wiki_01", "C/AA/wiki_00")) {
            Files.createDirectories(folder.resolve(name).getParent());
            Fixtures.write(folder.resolve(name), "One.");
        }
        try (DocumentReader reader = Corpus.of(List.of(folder.toString())).open(ReadOptions.defaults(),
                Progress.none())) {
            String root = folder.getFileName().toString();
            assertEquals(List.of(root + "/AA/wiki_00-1", "AB/wiki_00-1", "wiki_01-1", "C/AA/wiki_00-1"),
                    reader.stream().map(Document::id).toList());
        }
    }

    private List<String> names(String... names) {
        return Corpus.of(List.of(names)).files().stream().map(file -> folder.relativize(file).toString()).toList();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void compressionIsToldByContentAndProgressEndsAtTheWhole(Compression compression) {
        Path file = Fixtures.write(folder.resolve("a"), Fixtures.pack(compression, "One.\n\nTwo.\n"));
        AtomicLong last = new AtomicLong();
        Corpus corpus = Corpus.of(List.of(file.toString()));
        try (DocumentReader reader = corpus.open(ReadOptions.defaults(), (read, total, counts) -> {
            assertTrue(last.get() <= read && read <= total);
            last.set(read);
        })) {
            assertEquals(2, reader.stream().count());
        }
        assertEquals(corpus.bytes(), last.get());
    }

    @Test
    void unknownKindsOfFilesAreRefusedWithWhatWasExpected() {
        Path html = Fixtures.write(folder.resolve("a.html"), "<!-- x --><html><body/></html>");
        assertTrue(problem(html).contains("<html>"), problem(html));
        Path binary = Fixtures.write(folder.resolve("a.bin"), new byte[] {1, 0, 2});
        assertTrue(problem(binary).contains("binary"));
        for (String json : List.of("[{\"text\": \"a\"}]", "[\n  {\n", "{\n  \"text\": \"a\"\n}")) {
            Path one = Fixtures.write(folder.resolve("a.json"), json);
            assertTrue(problem(one).contains("one JSON document"), problem(one));
        }
        assertEquals(1, Fixtures.read(Fixtures.write(folder.resolve("a.txt"), "[1] A note.")).size());
        Path parquet = Fixtures.write(folder.resolve("a.parquet"), "PAR1abc");
        assertTrue(problem(parquet).contains("Parquet"));
    }

    private static String problem(Path file) {
        return assertThrows(Problem.class, () -> Fixtures.read(file)).getMessage();
    }
}
