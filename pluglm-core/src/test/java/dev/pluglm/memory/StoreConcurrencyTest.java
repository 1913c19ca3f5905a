package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class StoreConcurrencyTest extends StoreFixture {

    /** Ten passages that all carry the number of the edit that wrote them. */
    private static Passage[] generation(int edit) {
        return IntStream.range(0, 10).mapToObj(i -> Passage.of("id" + i, "edit " + edit)).toArray(Passage[]::new);
    }

    @Test
    void readersSeeWholeEditsOnlyAndNeverAnOlderOne() throws Exception {
        MemoryStore.create(place(), "m", ENCODER, store -> store.add(generation(0)));
        AtomicBoolean editing = new AtomicBoolean(true);
        try (MemoryStore writer = MemoryStore.openForWriting(place(), ENCODER);
                MemoryStore elsewhere = MemoryStore.openForReading(place());
                ExecutorService readers = Executors.newFixedThreadPool(3)) {
            List<Future<Integer>> reading = new ArrayList<>();
            for (MemoryStore store : List.of(writer, writer, elsewhere)) {
                reading.add(readers.submit(() -> read(store, editing)));
            }
            try {
                for (int edit = 1; edit <= 40; edit++) {
                    writer.replace(generation(edit));
                    assertEquals(edit, seen(writer), "an edit must be seen by the next view");
                    assertEquals(edit, seen(elsewhere), "also through another opening of the directory");
                    if (edit % 10 == 0) {
                        writer.purge();
                    }
                }
            } finally {
                editing.set(false);
            }
            for (Future<Integer> reader : reading) {
                assertTrue(reader.get() > 0);
            }
        }
    }

    private static int read(MemoryStore store, AtomicBoolean editing) {
        int views = 0;
        int last = 0;
        while (editing.get() || views == 0) {
            int seen = seen(store);
            assertTrue(seen >= last, "edit " + seen + " after edit " + last);
            last = seen;
            views++;
        }
        return views;
    }

    private static int seen(MemoryStore store) {
        try (StoreView view = store.view()) {
            assertEquals(10, view.search(new float[ENCODER.keySize()], 1, 50).counts()[0]);
            Set<String> texts = view.entries().map(entry -> entry.passage().text()).collect(Collectors.toSet());
            assertEquals(1, texts.size(), "half an edit was seen");
            return Integer.parseInt(texts.iterator().next().substring(5));
        }
    }

    @Test
    void aMemoryCanBeOpenedAndLookedOverWhileEditsDropWhatItIsMadeOf() throws Exception {
        MemoryStore.create(place(), "m", ENCODER, store -> store.add(generation(0)));
        AtomicBoolean editing = new AtomicBoolean(true);
        try (MemoryStore writer = MemoryStore.openForWriting(place(), ENCODER);
                ExecutorService readers = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> opening = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                opening.add(readers.submit(() -> {
                    int opened = 0;
                    while (editing.get() || opened == 0) {
                        try (MemoryStore store = MemoryStore.openForReading(place())) {
                            seen(store);
                            assertEquals(10, store.verify());
                            assertEquals(10, store.stats().passages());
                        }
                        opened++;
                    }
                    return opened;
                }));
            }
            try {
                for (int edit = 1; edit <= 30; edit++) {
                    writer.replace(generation(edit));
                    if (edit % 2 == 0) {
                        writer.purge();
                    } else {
                        writer.undo();
                    }
                }
            } finally {
                editing.set(false);
            }
            for (Future<Integer> opened : opening) {
                assertTrue(opened.get() > 0);
            }
        }
    }

    @Test
    void twoHundredEditsWithSearchesLeaveNoFilesOpen() throws IOException {
        MemoryStore.create(place(), "m", ENCODER, store -> store.add(generation(0)));
        Tuning tuning = new Tuning(100_000, 1000, 250, 20);
        long descriptors = descriptors();
        try (MemoryStore store = MemoryStore.open(place(), tuning, true, Optional.of(ENCODER))) {
            long early = 0;
            for (int edit = 1; edit <= 200; edit++) {
                store.replace(generation(edit));
                seen(store);
                if (edit == 50) {
                    early = openFiles();
                }
            }
            long late = openFiles();
            assertTrue(descriptors() <= descriptors + 30, descriptors + " descriptors, then " + descriptors());
            assertTrue(late <= early + 60, early + " files of the memory were mapped or open, then " + late);
            store.purge();
            seen(store);
            assertTrue(openFiles() < 30, () -> "after a purge files stay open");
        }
        assertEquals(0, openFiles());
    }

    /** Open file descriptors of this process; 0 where the system does not tell. */
    private static long descriptors() throws IOException {
        Path open = Path.of("/proc/self/fd");
        if (!Files.isDirectory(open)) {
            return 0;
        }
        try (Stream<Path> descriptors = Files.list(open)) {
            return descriptors.count();
        }
    }

    /** Files of the memory that this process has open or mapped; 0 where the system does not tell. */
    private long openFiles() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        if (!Files.isReadable(maps)) {
            return 0;
        }
        String place = place().toRealPath().toString();
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.contains(place)).map(line -> line.substring(line.indexOf(place)))
                    .distinct().count();
        }
    }
}
