package dev.pluglm.training;

import dev.pluglm.model.Memory;

import java.util.ArrayList;
import java.util.List;

/**
 * A memory that keeps some of its passages from some of the queries. Queries must come in the order of the texts that
 * they belong to, as those of each memory layer do.
 */
public abstract class WithholdingView extends DelegatingView {
    private final int texts;

    /** @param texts how many there are: one query each in every search */
    protected WithholdingView(Memory.View all, int texts) {
        super(all);
        this.texts = texts;
    }

    /** Whether a query must not find a row. */
    protected abstract boolean withholds(int query, int row);

    /** How many passages to look at first, for {@code k} that are left; where they are too few, it looks at more. */
    protected abstract int firstLook(int k);

    @Override
    public final Memory.Hits search(float[] queries, int count, int k) {
        if (count != texts) {
            throw new IllegalArgumentException(count + " queries for " + texts + " texts");
        }
        Memory.Hits found = Memory.Hits.none(count, k);
        List<Integer> open = new ArrayList<>();
        for (int q = 0; q < count; q++) {
            open.add(q);
        }
        int wide = firstLook(k);
        while (!open.isEmpty()) {
            Memory.Hits wider = all().search(of(queries, open), open.size(), wide);
            List<Integer> left = new ArrayList<>();
            for (int i = 0; i < open.size(); i++) {
                if (!fill(found, open.get(i), wider, i) && wider.counts()[i] == wide) {
                    left.add(open.get(i));
                }
            }
            open = left;
            wide *= 4;
        }
        return found;
    }

    private float[] of(float[] queries, List<Integer> chosen) {
        int size = keySize();
        float[] these = new float[chosen.size() * size];
        for (int i = 0; i < chosen.size(); i++) {
            System.arraycopy(queries, chosen.get(i) * size, these, i * size, size);
        }
        return these;
    }

    /** Takes the best that are not withheld; whether there were enough. */
    private boolean fill(Memory.Hits found, int query, Memory.Hits wider, int from) {
        found.counts()[query] = 0;
        for (int place = 0; place < wider.counts()[from] && found.counts()[query] < found.k(); place++) {
            int row = wider.row(from, place);
            if (!withholds(query, row)) {
                found.add(query, row, wider.similarity(from, place));
            }
        }
        return found.counts()[query] == found.k();
    }
}
