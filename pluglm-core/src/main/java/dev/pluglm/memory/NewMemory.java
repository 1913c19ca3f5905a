package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import org.apache.lucene.util.IOUtils;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes a memory in a directory beside its place, and moves it there when it is whole. */
final class NewMemory {
    private NewMemory() {}

    static void create(Path directory, String name, MemoryShape shape, Optional<PassageEncoder> encoder, Tuning tuning,
            Consumer<MemoryStore> fill) {
        if (name.isBlank()) {
            throw new Problem("a memory needs a name that is not blank");
        }
        Path place = directory.toAbsolutePath().normalize();
        LuceneIndex.call(directory, () -> {
            checkFree(place);
            Files.createDirectories(place.getParent());
            String draftName = "." + place.getFileName() + ".new-";
            removeAbandoned(place.getParent(), draftName);
            // Not a temporary directory, which nobody else could read where it is moved to.
            Path draft = Files.createDirectory(place.resolveSibling(draftName + UUID.randomUUID()));
            try {
                fill(draft, name, shape, encoder, tuning, fill);
                Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
                IOUtils.fsync(place.getParent(), true);
            } finally {
                IOUtils.rm(draft);
            }
            return place;
        });
    }

    private static void checkFree(Path place) throws IOException {
        if (place.getParent() == null || Files.exists(place) && !Files.isDirectory(place)) {
            throw Problem.of("%s: a memory cannot be made here; name a directory that does not exist yet", place);
        }
        if (Files.exists(place)) {
            try (Stream<Path> files = Files.list(place)) {
                if (files.findAny().isPresent()) {
                    throw Problem.of("%s: the directory is not empty; add to a memory that is there with: pluglm"
                            + " memory add, or name another directory", place);
                }
            }
        }
    }

    /** Removes what a process left that was killed while it made a memory of this name here. */
    private static void removeAbandoned(Path parent, String draftName) throws IOException {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(parent,
                file -> file.getFileName().toString().startsWith(draftName) && Files.isDirectory(file))) {
            for (Path draft : drafts) {
                LuceneIndex.removeAbandoned(draft);
            }
        }
    }

    private static void fill(Path draft, String name, MemoryShape shape, Optional<PassageEncoder> encoder,
            Tuning tuning, Consumer<MemoryStore> fill) {
        try (LuceneIndex index = LuceneIndex.open(draft, tuning)) {
            new StoreEdits(index).create(name, shape);
        }
        try (MemoryStore store = MemoryStore.open(draft, tuning, true, encoder)) {
            fill.accept(store);
        }
    }
}
