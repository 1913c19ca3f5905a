package dev.pluglm.memory;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The contract kept by a store that looks at every key. */
class StoreContractTest extends MemoryContract {

    @Override
    PassageMemory memoryOf(List<Entry> entries) {
        return of(directory.resolve("memory"), "store", entries, tuning());
    }

    Tuning tuning() {
        return Tuning.STANDARD;
    }

    static MemoryStore of(Path place, String name, List<Entry> entries, Tuning tuning) {
        NewMemory.create(place, name, MemoryShape.of(TestEncoder.STANDARD), Optional.empty(), tuning, store -> {
            if (!entries.isEmpty()) {
                // Two edits, so that there are several segments.
                int half = entries.size() / 2;
                if (half > 0) {
                    store.addEntries(entries.subList(0, half).iterator(), done -> {});
                }
                store.addEntries(entries.subList(half, entries.size()).iterator(), done -> {});
            }
        });
        return MemoryStore.open(place, tuning, false, Optional.empty());
    }
}
