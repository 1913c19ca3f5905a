package dev.pluglm.memory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Edits a memory until it is killed. Before each edit it prints what it will do, after it that it is done, so that the
 * test knows what must be there: edit n adds, replaces or removes passages as the numbers say.
 */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] arguments) {
        Path place = Path.of(arguments[0]);
        Random random = new Random(Long.parseLong(arguments[1]));
        try (MemoryStore store = MemoryStore.openForWriting(place, TestEncoder.STANDARD)) {
            for (int n = Integer.parseInt(arguments[2]);; n++) {
                List<String> ids;
                try (StoreView view = store.view()) {
                    ids = new ArrayList<>(view.entries().map(entry -> entry.passage().id()).toList());
                }
                int edit = n;
                if (ids.size() > 20 && random.nextInt(3) == 0) {
                    List<String> gone = ids.subList(0, 7);
                    say("will remove " + String.join(",", gone));
                    store.remove(gone);
                } else if (ids.size() > 20 && random.nextInt(8) == 0) {
                    say("will purge ");
                    store.purge();
                } else {
                    Passage[] fresh = IntStream.range(0, 1 + random.nextInt(30))
                            .mapToObj(i -> Passage.of(edit + "-" + i, "text " + edit)).toArray(Passage[]::new);
                    say("will add " + String.join(",", List.of(fresh).stream().map(Passage::id).toList()));
                    store.add(fresh);
                }
                say("done");
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
