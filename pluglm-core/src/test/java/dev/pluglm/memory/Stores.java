package dev.pluglm.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Memories on disk for tests. */
final class Stores {
    static final Tuning EXACT = new Tuning(Integer.MAX_VALUE, 1000, 250);
    /** Searches even a single passage through the graph, and compares candidates enough to find them all. */
    static final Tuning APPROXIMATE = new Tuning(0, 0, 250);

    private static final String DECOY = "decoy";

    private Stores() {}

    /** A memory in a new directory below {@code parent}, in several segments, with gaps where passages were removed. */
    static MemoryStore of(Path parent, String name, Tuning tuning, List<Entry> entries) {
        Path directory = directory(parent);
        NewMemory.create(directory, name, Samples.SHAPE, Optional.empty(), tuning, store -> {
            int half = entries.size() / 2;
            add(store, entries.subList(0, half));
            add(store, entries.subList(half, entries.size()));
        });
        return MemoryStore.open(directory, tuning, true, Optional.empty());
    }

    private static void add(MemoryStore store, List<Entry> entries) {
        if (!entries.isEmpty()) {
            Entry first = entries.getFirst();
            List<Entry> withDecoy = new ArrayList<>(entries);
            withDecoy.add(entries.size() / 2, new Entry(Passage.of(DECOY, "to be removed"), first.encoded()));
            store.addEntries(withDecoy.iterator(), done -> {});
            store.remove(List.of(DECOY));
        }
    }

    private static Path directory(Path parent) {
        try {
            return Files.createTempDirectory(parent, "memory");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
