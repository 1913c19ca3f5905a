package dev.pluglm.cli;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file to read that may be standard input ({@code -}) or a pipe. Readers look at the beginning of a file before they read
 * it, which a pipe allows only once: what comes through one is kept in a temporary file until this is closed.
 */
record WholeInput(Path file, Optional<Path> temporary) implements AutoCloseable {
    private static final String STANDARD_INPUT = "-";

    static WholeInput of(Path given) {
        boolean standardInput = given.toString().equals(STANDARD_INPUT);
        if (!standardInput && (!Files.exists(given) || Files.isRegularFile(given) || Files.isDirectory(given))) {
            return new WholeInput(given, Optional.empty());
        }
        try {
            Path folder = Files.createTempDirectory("pluglm-input");
            try (InputStream in = standardInput ? System.in : Files.newInputStream(given)) {
                Path copy = folder.resolve("input");
                Files.copy(in, copy);
                return new WholeInput(copy, Optional.of(folder));
            } catch (IOException e) {
                AtomicFiles.deleteTree(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new Problem("%s: cannot be read (%s)".formatted(given, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        temporary.ifPresent(folder -> {
            try {
                AtomicFiles.deleteTree(folder);
            } catch (IOException e) {
                // It lies where the system clears up.
            }
        });
    }
}
