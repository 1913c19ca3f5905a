package dev.pluglm.benchmarks;

import dev.pluglm.checkpoint.DType;
import dev.pluglm.checkpoint.Npy;
import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.memory.Entry;
import dev.pluglm.memory.MemoryShape;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.memory.StoreView;
import dev.pluglm.model.Memory.Hits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Measures a memory on disk: building, searching with one query and with 32 at once on one thread, recall against a
 * comparison with every key, and editing. Writes {@code keys.npy}, {@code queries.npy} and {@code truth.npy} for
 * {@code faiss_search.py}, which measures FAISS on the same keys.
 *
 * <p>Arguments: directory (made if missing; a memory that an earlier run left there is measured again), number of
 * passages, seed (optional).
 */
public final class MemorySearchBenchmark {
    private static final int QUERIES = 400;
    private static final int K = 5;
    private static final int BATCH = 32;
    private static final int EDIT = 1000;

    private MemorySearchBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        int passages = Integer.parseInt(arguments[1]);
        long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 20230521;
        System.out.printf("%d passages, keys of %d, values of %d floats, seed %d, Java %s, %d processors%n", passages,
                ClusteredKeys.SIZE, ClusteredKeys.VALUE_SIZE, seed, Runtime.version(),
                Runtime.getRuntime().availableProcessors());
        ClusteredKeys keys = new ClusteredKeys(passages, seed);
        Path place = directory.resolve("memory");
        if (!Files.exists(place)) {
            Files.createDirectories(directory);
            build(place, keys);
        }
        float[] queries = keys.queries(QUERIES);
        int[][] truth = IntStream.range(0, QUERIES).parallel().mapToObj(q -> keys.nearest(queries, q, K))
                .toArray(int[][]::new);
        export(directory, keys, queries, truth);
        try (MemoryStore store = MemoryStore.openForWriting(place)) {
            System.out.println(store.stats());
            search(store, queries, truth);
            edit(store, keys);
            search(store, queries, truth);
            store.undo();
        }
    }

    private static void export(Path directory, ClusteredKeys keys, float[] queries, int[][] truth) {
        try (Npy.Writer rows = Npy.writer(directory.resolve("keys.npy"), DType.F16, keys.count(), ClusteredKeys.SIZE)) {
            for (int row = 0; row < keys.count(); row++) {
                rows.append(keys.key(row));
            }
            rows.commit();
        }
        Npy.write(directory.resolve("queries.npy"), StoredTensor.of(queries, QUERIES, ClusteredKeys.SIZE));
        Npy.write(directory.resolve("truth.npy"),
                StoredTensor.of(Arrays.stream(truth).flatMapToInt(Arrays::stream).toArray(), QUERIES, K));
    }

    private static void build(Path place, ClusteredKeys keys) {
        long start = System.nanoTime();
        MemoryShape shape = new MemoryShape(ClusteredKeys.SIZE, ClusteredKeys.VALUE_SIZE, Optional.empty());
        MemoryStore.create(place, "benchmark", shape,
                store -> store.addEntries(entries(keys, 0, keys.count(), "passage "), done -> {
                    if (done % 100_000 == 0) {
                        System.out.printf("%d passages after %.0f s%n", done, seconds(start));
                    }
                }));
        System.out.printf("build %.1f s%n", seconds(start));
    }

    private static Iterator<Entry> entries(ClusteredKeys keys, int from, int to, String text) {
        int[] tokens = {101, 2023, 2003, 1037, 6019, 102};
        return IntStream.range(from, to).mapToObj(i -> new Entry(Passage.of(text + i, text + i),
                new Encoded(tokens, keys.key(i), keys.value(i)))).iterator();
    }

    private static void search(MemoryStore store, float[] queries, int[][] truth) {
        try (StoreView view = store.view()) {
            int found = 0;
            long[] nanos = new long[QUERIES];
            for (int round = 0; round < 3; round++) { // The last counts: the JVM has compiled by then.
                found = 0;
                for (int q = 0; q < QUERIES; q++) {
                    float[] query = Arrays.copyOfRange(queries, q * view.keySize(), (q + 1) * view.keySize());
                    long start = System.nanoTime();
                    Hits hits = view.search(query, 1, K);
                    nanos[q] = System.nanoTime() - start;
                    int[] right = truth[q];
                    found += (int) Arrays.stream(hits.rows())
                            .filter(row -> Arrays.stream(right).anyMatch(r -> r == row)).count();
                }
            }
            Arrays.sort(nanos);
            System.out.printf("recall@%d %.4f; one query p50 %.3f ms, p99 %.3f ms", K, found / (double) (K * QUERIES),
                    nanos[QUERIES / 2] / 1e6, nanos[QUERIES * 99 / 100] / 1e6);
            float[] batch = Arrays.copyOf(queries, BATCH * view.keySize());
            long[] batches = new long[15];
            for (int i = 0; i < batches.length; i++) {
                long start = System.nanoTime();
                view.search(batch, BATCH, K);
                batches[i] = System.nanoTime() - start;
            }
            Arrays.sort(batches);
            System.out.printf("; %d queries p50 %.1f ms%n", BATCH, batches[batches.length / 2] / 1e6);
        }
    }

    private static void edit(MemoryStore store, ClusteredKeys keys) {
        long start = System.nanoTime();
        store.addEntries(entries(keys, 0, EDIT, "another "), done -> {});
        System.out.printf("an edit of %d more passages, committed, %.3f s", EDIT, seconds(start));
        long opened = System.nanoTime();
        store.view().close();
        System.out.printf(", seen after %.1f ms", (System.nanoTime() - opened) / 1e6);
        start = System.nanoTime();
        store.undo();
        System.out.printf(", undone in %.3f s", seconds(start));
        start = System.nanoTime();
        store.remove(IntStream.range(0, EDIT).mapToObj(i -> "passage " + i).toList());
        System.out.printf(", %d removed in %.3f s", EDIT, seconds(start));
        start = System.nanoTime();
        store.undo();
        System.out.printf(", undone in %.3f s%n", seconds(start));
        store.addEntries(entries(keys, 0, 10, "ten more "), done -> {});
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
