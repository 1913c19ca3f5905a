package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A memory on disk for a test, and what tests of it ask again and again. */
abstract class StoreFixture {
    static final TestEncoder ENCODER = TestEncoder.STANDARD;

    @TempDir
    Path directory;

    Path place() {
        return directory.resolve("memory");
    }

    MemoryStore store(Passage... passages) {
        MemoryStore.create(place(), "facts", ENCODER, store -> {
            if (passages.length > 0) {
                store.add(passages);
            }
        });
        return MemoryStore.openForWriting(place(), ENCODER);
    }

    static Passage from(String source, String id) {
        return new Passage(id, "text of " + id, Optional.empty(), Optional.of(source), Map.of());
    }

    static List<String> ids(MemoryStore store) {
        try (StoreView view = store.view()) {
            return view.entries().map(entry -> entry.passage().id()).toList();
        }
    }

    static void refused(Runnable edit, String... parts) {
        Problem problem = assertThrows(Problem.class, edit::run);
        for (String part : parts) {
            assertTrue(problem.getMessage().contains(part), problem.getMessage());
        }
        assertFalse(problem.getMessage().contains("\n"), problem.getMessage());
    }
}
