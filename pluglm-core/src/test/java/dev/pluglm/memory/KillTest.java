package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import org.apache.lucene.util.IOUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KillTest {

    @TempDir
    Path directory;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Deque<List<String>> history = new ArrayDeque<>();
    private List<String> acknowledged = List.of();
    private List<String> underWay = List.of();
    private String step = "";

    @Test
    void aKilledWriterLeavesTheLastAcknowledgedEditOrOneMoreWholeOne() throws Exception {
        Path place = directory.resolve("memory");
        MemoryStore.create(place, "m", TestEncoder.STANDARD, store -> {});
        int more = 0;
        for (int round = 0; round < 6; round++) {
            history.clear();
            List<String> before = acknowledged;
            killAfter(1 + random.nextInt(14), start("edit", place, round * 100_000));
            try (MemoryStore store = MemoryStore.openForWriting(place, TestEncoder.STANDARD);
                    StoreView view = store.view()) {
                List<String> found = view.entries().map(entry -> entry.passage().id()).toList();
                String message = "seed " + seed + ", round " + round + ", after " + step + ", from " + before;
                if (!found.equals(acknowledged)) {
                    assertEquals(underWay, found, message);
                    more++;
                }
                assertEquals(found.size(), store.verify(), message);
                acknowledged = found;
            }
        }
        System.out.println(
                "killed 6 writers, " + more + " edits were committed but not yet acknowledged; seed " + seed);
    }

    @Test
    void aKilledCreationLeavesTheWholeMemoryOrNone() throws Exception {
        for (int round = 0; round < 3; round++) {
            killAfter(1 + random.nextInt(3), start("create", directory, round * 100_000));
            for (Path place : made()) {
                try (MemoryStore store = MemoryStore.openForReading(place)) {
                    assertEquals(40, store.verify(), "seed " + seed + ", " + place);
                }
            }
            String last = step.substring("will create ".length());
            if (Files.notExists(directory.resolve(last))) {
                MemoryStore.create(directory.resolve(last), "m", TestEncoder.STANDARD, store -> {});
            }
            try (Stream<Path> files = Files.list(directory)) {
                assertEquals(List.of(),
                        files.filter(f -> f.getFileName().toString().startsWith("." + last + ".")).toList());
            }
            IOUtils.rm(made().toArray(Path[]::new));
        }
    }

    private List<Path> made() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("memory")).toList();
        }
    }

    @Test
    void aSecondWriterInAnotherProcessIsRefusedAndTheDeathOfTheFirstLetsItIn() throws Exception {
        Path place = directory.resolve("memory");
        MemoryStore.create(place, "m", TestEncoder.STANDARD, store -> store.add(Passage.of("a", "t")));
        Process holder = start("hold", place, 0);
        try (BufferedReader said = holder.inputReader()) {
            assertEquals("done", said.readLine());
            Problem problem = assertThrows(Problem.class, () -> MemoryStore.openForWriting(place));
            assertTrue(problem.getMessage().contains("another edit is under way"), problem.getMessage());
            assertTrue(problem.getMessage().startsWith(place.toString()), problem.getMessage());
            assertFalse(problem.getMessage().contains("\n"), problem.getMessage());
            try (MemoryStore reader = MemoryStore.openForReading(place)) {
                assertEquals(1, reader.verify());
            }
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (MemoryStore store = MemoryStore.openForWriting(place)) {
            store.remove(List.of("a"));
        }
    }

    private Process start(String what, Path place, int first) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), KilledWriter.class.getName(), what, place.toString(),
                Long.toString(random.nextLong()), Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Follows what a writer says, and kills it a random time after so many of its steps. */
    private void killAfter(int steps, Process writer) throws IOException, InterruptedException {
        long nanos = random.nextLong(TimeUnit.MILLISECONDS.toNanos(40));
        try (BufferedReader said = writer.inputReader()) {
            for (int done = 0; done < steps;) {
                String line = said.readLine();
                assertTrue(line != null, "the writer died by itself, seed " + seed);
                done += follow(line);
            }
            for (long from = System.nanoTime(); System.nanoTime() - from < nanos;) {
                Thread.onSpinWait();
            }
            // The handle kills without closing the pipe, so that what was said last can still be read.
            writer.toHandle().destroyForcibly();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                follow(line);
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    private int follow(String line) {
        if (line.equals("done")) {
            remember();
            acknowledged = underWay;
            return 1;
        }
        step = line;
        String[] words = line.split(" ", 3);
        List<String> ids = words.length < 3 || words[2].isEmpty() ? List.of() : List.of(words[2].split(","));
        Stream<String> others = acknowledged.stream().filter(id -> !ids.contains(id));
        underWay = switch (words[1]) {
            case "add", "replace" -> Stream.concat(others, ids.stream()).toList();
            case "remove" -> others.toList();
            case "undo" -> history.getLast();
            default -> acknowledged;
        };
        return 0;
    }

    private void remember() {
        if (step.startsWith("will undo")) {
            history.removeLast();
        } else if (step.startsWith("will purge")) {
            history.clear();
        } else {
            history.addLast(acknowledged);
        }
    }
}
