package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/** A memory on disk that is searched exactly keeps the contract of memories. */
class StoreContractTest extends MemoryContractTest {
    @TempDir
    private Path directory;

    Tuning tuning() {
        return Stores.EXACT;
    }

    @Override
    PassageMemory memory(List<Entry> entries) {
        return Stores.of(directory, "store", tuning(), entries);
    }

    /** Whether searches go through the graph. */
    boolean approximate() {
        return false;
    }

    @Test
    void theStoreIsSearchedTheWayThatIsTestedHere() {
        try (MemoryStore store = Stores.of(directory, "store", tuning(), Samples.random(20, seeded()));
                StoreView view = store.view()) {
            assertEquals(approximate(), store.stats().approximate());
            assertTrue(approximate() || view.reader().leaves().size() > 1, "several segments, or one graph");
            assertTrue(view.rowLimit() > view.size(), "gaps where passages were removed");
        }
    }

    @Override
    void edit(PassageMemory memory) {
        ((MemoryStore) memory).remove(List.of("p0", "p5", "p11"));
    }
}
