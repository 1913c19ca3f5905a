package dev.pluglm.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Edits a memory, or makes memories, until it is killed. Before each step it prints what it will do, after it that it
 * is done, so that the test knows what must be there.
 */
final class KilledWriter {
    private final MemoryStore store;
    private final Random random;
    /** How many edits can be undone of those made here: the test knows what they led back to. */
    private int undoable;

    private KilledWriter(MemoryStore store, Random random) {
        this.store = store;
        this.random = random;
    }

    /** Arguments: "edit" or "create" or "hold", directory, seed, first number for ids. */
    public static void main(String[] arguments) throws IOException {
        Path place = Path.of(arguments[1]);
        Random random = new Random(Long.parseLong(arguments[2]));
        int first = Integer.parseInt(arguments[3]);
        if (arguments[0].equals("create")) {
            for (int n = first;; n++) {
                create(place.resolve("memory" + n));
            }
        }
        try (MemoryStore store = MemoryStore.openForWriting(place, TestEncoder.STANDARD)) {
            if (arguments[0].equals("hold")) {
                say("done");
                System.in.read();
                return;
            }
            KilledWriter writer = new KilledWriter(store, random);
            for (int n = first;; n++) {
                writer.edit(n);
                say("done");
            }
        }
    }

    private static void create(Path place) {
        say("will create " + place.getFileName());
        MemoryStore.create(place, "m", TestEncoder.STANDARD, store -> {
            store.add(fresh(0, 20));
            store.add(fresh(1, 20));
        });
        say("done");
    }

    private void edit(int n) {
        List<String> ids;
        try (StoreView view = store.view()) {
            ids = view.entries().map(entry -> entry.passage().id()).toList();
        }
        int dice = random.nextInt(10);
        if (ids.size() > 20 && dice < 3) {
            List<String> some = ids.subList(0, 7);
            if (dice == 0) {
                say("will replace " + String.join(",", some));
                store.replace(some.stream().map(id -> Passage.of(id, "text " + n)).toArray(Passage[]::new));
            } else {
                say("will remove " + String.join(",", some));
                store.remove(some);
            }
            undoable++;
        } else if (undoable > 0 && dice < 5) {
            say("will undo ");
            store.undo();
            undoable--;
        } else if (dice == 5) {
            say("will purge ");
            store.purge();
            undoable = 0;
        } else {
            Passage[] fresh = fresh(n, 1 + random.nextInt(30));
            say("will add " + String.join(",", Arrays.stream(fresh).map(Passage::id).toList()));
            store.add(fresh);
            undoable++;
        }
    }

    private static Passage[] fresh(int n, int count) {
        return IntStream.range(0, count).mapToObj(i -> Passage.of(n + "-" + i, "text " + n)).toArray(Passage[]::new);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
