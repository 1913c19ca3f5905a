package dev.pluglm.training;

import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The directory that a run writes to: its own, so that nothing else is overwritten. */
public final class RunFolder {

    private RunFolder() {}

    /**
     * Checks that a directory may be a run's: it is not there yet, or empty, or the run was begun in it.
     *
     * @param begun whether it holds a run
     * @param run what kind of run, in words, such as "fine-tuning"
     * @throws Problem if it is a file, or holds something else
     */
    public static void require(Path directory, boolean begun, String run) {
        if (!Files.exists(directory)) {
            return;
        }
        if (!Files.isDirectory(directory)) {
            throw Problem.of("%s: is a file; output_dir must be a directory", directory);
        }
        try (Stream<Path> inside = Files.list(directory)) {
            if (!begun && inside.findAny().isPresent()) {
                throw Problem.of("%s: is not empty and holds no %s; choose another output_dir", directory, run);
            }
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
