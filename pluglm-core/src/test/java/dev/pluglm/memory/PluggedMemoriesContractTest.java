package dev.pluglm.memory;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/** Memories of different kinds plugged together keep the contract of memories. */
class PluggedMemoriesContractTest extends MemoryContractTest {
    @TempDir
    private Path directory;

    private ArrayMemory last;

    @Override
    PassageMemory memory(List<Entry> entries) {
        int third = entries.size() / 3;
        last = ArrayMemory.ofEntries("arrays", Samples.SHAPE, entries.subList(2 * third, entries.size()));
        return PluggedMemories.of(List.of(
                Stores.of(directory, "approximate", Stores.APPROXIMATE, entries.subList(0, third)),
                Stores.of(directory, "exact", Stores.EXACT, entries.subList(third, 2 * third)), last));
    }

    @Override
    void edit(PassageMemory memory) {
        ArrayMemoryContractTest.turnAround(last);
    }
}
