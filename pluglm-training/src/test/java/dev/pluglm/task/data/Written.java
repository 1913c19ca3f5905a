package dev.pluglm.task.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.function.Executable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files for the tests of readers, and what is expected of messages about them. */
final class Written {

    private Written() {}

    static Path text(Path folder, String name, String content) {
        return bytes(folder, name, content.getBytes(StandardCharsets.UTF_8));
    }

    static Path bytes(Path folder, String name, byte[] content) {
        try {
            return Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of a file that the tests carry. */
    static Path resource(Path folder, String name) {
        try (InputStream in = Written.class.getResourceAsStream("/task/" + name)) {
            return bytes(folder, name, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asserts that there is a problem, of one line, and what it says after the name of the folder. */
    static void assertProblem(Path folder, String message, Executable action) {
        Problem problem = assertThrows(Problem.class, action);
        assertEquals(message, problem.getMessage().replace(folder + "/", ""));
    }
}
