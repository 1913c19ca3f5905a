package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

class KillTest {

    @TempDir
    Path directory;

    private final List<String> acknowledged = new ArrayList<>();
    private List<String> underWay = List.of();

    @Test
    void aKilledWriterLeavesTheLastAcknowledgedEditOrOneMoreWholeOne() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path place = directory.resolve("memory");
        MemoryStore.create(place, "m", TestEncoder.STANDARD, store -> {});
        int more = 0;
        for (int round = 0; round < 6; round++) {
            editAndKill(place, random, round);
            try (MemoryStore store = MemoryStore.openForWriting(place, TestEncoder.STANDARD);
                    StoreView view = store.view()) {
                List<String> found = view.entries().map(entry -> entry.passage().id()).toList();
                String message = "seed " + seed + ", round " + round;
                if (!found.equals(acknowledged)) {
                    assertEquals(underWay, found, message);
                    more++;
                }
                assertEquals(found.size(), store.verify(), message);
                acknowledged.clear();
                acknowledged.addAll(found);
            }
        }
        System.out.println("killed 6 writers, " + more + " edits were committed but not yet acknowledged; seed " + seed);
    }

    /** Runs a writer, follows what it says, and kills it a random time after a random number of its edits. */
    private void editAndKill(Path place, Random random, int round) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), KilledWriter.class.getName(), place.toString(),
                Long.toString(random.nextLong()), Integer.toString(round * 100_000))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        int edits = 1 + random.nextInt(12);
        long nanos = random.nextLong(TimeUnit.MILLISECONDS.toNanos(40));
        try (BufferedReader said = writer.inputReader()) {
            for (int done = 0; done < edits;) {
                String line = said.readLine();
                assertTrue(line != null, "the writer died by itself");
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
            writer.waitFor();
        }
    }

    private int follow(String line) {
        if (line.equals("done")) {
            acknowledged.clear();
            acknowledged.addAll(underWay);
            return 1;
        }
        String[] words = line.split(" ", 3);
        List<String> ids = words.length < 3 || words[2].isEmpty() ? List.of() : List.of(words[2].split(","));
        underWay = switch (words[1]) {
            case "add" -> Stream.concat(acknowledged.stream(), ids.stream()).toList();
            case "remove" -> acknowledged.stream().filter(id -> !ids.contains(id)).toList();
            default -> List.copyOf(acknowledged);
        };
        return 0;
    }
}
