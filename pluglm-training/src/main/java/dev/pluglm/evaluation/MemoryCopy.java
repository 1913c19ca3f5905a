package dev.pluglm.evaluation;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A copy of a memory, to be edited and then deleted; the memory itself stays as it is. */
record MemoryCopy(Path root, Path directory) implements AutoCloseable {

    /** @throws Problem if the memory cannot be read, or there is no room for a copy */
    static MemoryCopy of(Path memory) {
        Path root;
        try {
            root = Files.createTempDirectory("pluglm-edits-");
        } catch (IOException e) {
            throw new Problem("no room for a copy of the memory: " + e.getMessage(), e);
        }
        MemoryCopy copy = new MemoryCopy(root, root.resolve("memory"));
        try (Stream<Path> files = Files.list(memory)) {
            Files.createDirectory(copy.directory);
            List<Path> plain = files.filter(Files::isRegularFile).toList();
            for (Path file : plain) {
                Files.copy(file, copy.directory.resolve(file.getFileName()));
            }
            return copy;
        } catch (IOException e) {
            copy.close();
            throw new Problem("%s: cannot be copied to %s (%s)".formatted(memory, root, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        try {
            AtomicFiles.deleteTree(root);
        } catch (IOException e) {
            throw new Problem("%s: cannot be deleted (%s)".formatted(root, e.getMessage()), e);
        }
    }
}
