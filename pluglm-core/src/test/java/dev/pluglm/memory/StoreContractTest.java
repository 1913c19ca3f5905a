package dev.pluglm.memory;

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

    @Override
    void edit(PassageMemory memory) {
        ((MemoryStore) memory).remove(List.of("p0", "p5", "p11"));
    }
}
