package dev.pluglm.memory;

import dev.pluglm.model.Memory.Hits;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What a view tells, and what it should. */
final class Told {
    private Told() {}

    /** The ids of the best entries, by a comparison with every key as fp16 holds it. */
    static List<String> expected(List<Entry> entries, float[] query, int k) {
        return IntStream.range(0, entries.size()).boxed()
                .sorted(Comparator.comparing((Integer i) -> product(entries.get(i), query)).reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(k).map(i -> entries.get(i).passage().id()).toList();
    }

    static float product(Entry entry, float[] query) {
        float sum = 0;
        for (int d = 0; d < query.length; d++) {
            sum = Math.fma(query[d], Float.float16ToFloat(Float.floatToFloat16(entry.encoded().key()[d])), sum);
        }
        return sum + 0f;
    }

    static List<String> ids(PassageView view, Hits hits, int query) {
        return IntStream.range(0, hits.counts()[query]).mapToObj(place -> view.passage(hits.row(query, place)).id())
                .toList();
    }

    static List<String> hits(Hits hits, int query) {
        return IntStream.range(0, hits.counts()[query])
                .mapToObj(place -> hits.row(query, place) + ": " + hits.similarity(query, place)).toList();
    }

    static float[] query(float[] queries, int q) {
        return Arrays.copyOfRange(queries, q * Samples.KEY, (q + 1) * Samples.KEY);
    }

    static int number(PassageView view, int row) {
        return Integer.parseInt(view.passage(row).id().substring(1));
    }

    /** The rows of p0, p1 and so on. */
    static int[] rows(PassageView view, int count) {
        int[] rows = new int[count];
        Arrays.fill(rows, -1);
        Hits hits = view.search(Samples.along(1), 1, count);
        for (int place = 0; place < hits.counts()[0]; place++) {
            rows[number(view, hits.row(0, place))] = hits.row(0, place);
        }
        return rows;
    }

    static String everythingNow(PassageMemory memory, float[] queries) {
        try (PassageView view = memory.view()) {
            return everything(view, queries);
        }
    }

    /** All that a view tells for some queries. */
    static String everything(PassageView view, float[] queries) {
        int count = queries.length / Samples.KEY;
        Hits hits = view.search(queries, count, 200);
        StringBuilder told = new StringBuilder().append(view.size());
        for (int q = 0; q < count; q++) {
            told.append(hits(hits, q));
        }
        int[] rows = Arrays.copyOf(hits.rows(), hits.counts()[0]);
        told.append(Arrays.toString(view.keys(rows))).append(Arrays.toString(view.values(rows)))
                .append(Arrays.deepToString(view.tokens(rows)));
        for (int row : rows) {
            told.append(view.passage(row)).append(view.memory(row));
        }
        return told.toString();
    }
}
