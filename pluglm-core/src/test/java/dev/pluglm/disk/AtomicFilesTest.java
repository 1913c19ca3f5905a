package dev.pluglm.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    @Test
    void aFileIsReplacedWholeAndDirectoriesAboveItAreMade() throws IOException {
        Path target = folder.resolve("a/b/file");
        AtomicFiles.write(target, new byte[] {1});
        AtomicFiles.write(target, new byte[] {2, 3});
        assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(target));
        assertEquals(List.of("file"), names(target.getParent()));
    }

    @Test
    void aFileThatIsNotCommittedLeavesTheOldOneAndNothingElse() throws IOException {
        Path target = folder.resolve("file");
        AtomicFiles.write(target, new byte[] {1});
        try (PendingFile file = new PendingFile(target)) {
            file.write(MemorySegment.ofArray(new long[300_000]));
            assertEquals(2, names(folder).size());
        }
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(target));
        assertEquals(List.of("file"), names(folder));
    }

    @Test
    void aSegmentOfAnyKindIsWrittenWhole() throws IOException {
        float[] values = new float[700_001];
        values[700_000] = 1;
        try (PendingFile file = new PendingFile(folder.resolve("file"))) {
            file.write(MemorySegment.ofArray(values));
            file.commit();
            assertThrows(IllegalStateException.class, file::commit);
        }
        assertEquals(-1, MemorySegment.ofArray(values).mismatch(
                MemorySegment.ofArray(Files.readAllBytes(folder.resolve("file")))));
    }

    @Test
    void aFileIsNotWrittenOverADirectory() throws IOException {
        Path target = Files.createDirectory(folder.resolve("directory"));
        String message = assertThrows(Problem.class, () -> AtomicFiles.write(target, new byte[1])).getMessage();
        assertEquals(target + ": is a directory, a file was to be written there", message);
        assertEquals(List.of("directory"), names(folder));
    }

    @Test
    void aFileBelowAFileIsRefusedInOneLine() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        String message = assertThrows(Problem.class,
                () -> AtomicFiles.write(file.resolve("x"), new byte[1])).getMessage();
        assertEquals(file.resolve("x") + ": could not be written: " + file + " is in the way", message);
        assertEquals(List.of("file"), names(folder));
    }

    @Test
    void aDirectoryAppearsWithAllItsContent() throws IOException {
        Path target = folder.resolve("model");
        AtomicFiles.createDirectory(target, directory -> {
            Files.createDirectory(directory.resolve("inside"));
            Files.writeString(directory.resolve("inside/config"), "{}");
            assertTrue(Files.notExists(target));
        });
        assertEquals("{}", Files.readString(target.resolve("inside/config")));
        assertEquals(List.of("model"), names(folder));
    }

    @Test
    void anEmptyDirectoryMayBeFilledAndAFullOneNot() throws IOException {
        Path target = Files.createDirectory(folder.resolve("model"));
        AtomicFiles.createDirectory(target, directory -> Files.writeString(directory.resolve("a"), "1"));
        String message = assertThrows(Problem.class,
                () -> AtomicFiles.createDirectory(target, directory -> { })).getMessage();
        assertTrue(message.contains("exists already and is not an empty directory"), message);
        assertEquals(List.of("a"), names(target));
    }

    @Test
    void aFailureWhileADirectoryIsFilledLeavesNothingBehind() throws IOException {
        Path target = folder.resolve("model");
        assertThrows(Problem.class, () -> AtomicFiles.createDirectory(target, directory -> {
            Files.writeString(directory.resolve("a"), "1");
            throw new IOException("disk full");
        }));
        assertThrows(ArithmeticException.class, () -> AtomicFiles.createDirectory(target, directory -> {
            Files.writeString(directory.resolve("a"), "1");
            throw new ArithmeticException();
        }));
        assertEquals(List.of(), names(folder));
    }

    @Test
    void aDirectoryIsReplacedOrStaysAsItWas() throws IOException {
        Path target = folder.resolve("model");
        AtomicFiles.replaceDirectory(target, directory -> Files.writeString(directory.resolve("old"), "1"));
        assertThrows(Problem.class, () -> AtomicFiles.replaceDirectory(target, directory -> {
            throw new IOException("disk full");
        }));
        assertEquals(List.of("old"), names(target));
        AtomicFiles.replaceDirectory(target, directory -> Files.writeString(directory.resolve("new"), "1"));
        assertEquals(List.of("new"), names(target));
        assertEquals(List.of("model"), names(folder));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
