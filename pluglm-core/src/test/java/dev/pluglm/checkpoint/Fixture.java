package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.function.Executable;

/** The files that the tests of this package read, and what they have in common. */
final class Fixture {
    private Fixture() {}

    static Path path(String name) {
        try {
            return Path.of(Fixture.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(path(name));
    }

    /** The bits are compared, so NaN equals NaN. */
    static void assertSame(Map<String, StoredTensor> expected, Map<String, StoredTensor> found) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, tensor) -> assertTrue(tensor.hasSameContent(found.get(name)),
                () -> name + ": " + tensor + " and " + found.get(name)));
    }

    /** The code must be refused with one line that names the file and says these things. */
    static void assertRefused(Path file, Executable code, String... parts) {
        String message = assertThrows(Problem.class, code).getMessage();
        assertFalse(message.contains("\n") || message.contains("\r"), message);
        assertTrue(message.startsWith(file.toString()), message);
        assertTrue(message.length() < 900, message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
        }
    }
}
