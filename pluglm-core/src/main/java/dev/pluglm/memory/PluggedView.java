package dev.pluglm.memory;

import dev.pluglm.model.Memory.Hits;
import dev.pluglm.problem.Problem;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The views of several memories as one; see {@link PluggedMemories}. */
final class PluggedView implements PassageView {
    private final List<PassageView> views;
    /** The first row of each view, and after them the end of the last. */
    private final int[] firstRows;

    PluggedView(List<PassageView> views) {
        this.views = List.copyOf(views);
        firstRows = new int[views.size() + 1];
        for (int i = 0; i < views.size(); i++) {
            long end = (long) firstRows[i] + views.get(i).rowLimit();
            if (end > Integer.MAX_VALUE) {
                throw Problem.of("the plugged memories have %d rows together, at most %d can be searched as one", end,
                        Integer.MAX_VALUE);
            }
            firstRows[i + 1] = (int) end;
        }
    }

    @Override
    public int size() {
        return views.stream().mapToInt(PassageView::size).sum();
    }

    @Override
    public int rowLimit() {
        return firstRows[views.size()];
    }

    @Override
    public int keySize() {
        return views.getFirst().keySize();
    }

    @Override
    public int valueSize() {
        return views.getFirst().valueSize();
    }

    @Override
    public Optional<String> encoderFingerprint() {
        return views.stream().flatMap(view -> view.encoderFingerprint().stream()).findFirst();
    }

    @Override
    public Hits search(float[] queries, int count, int k) {
        BestRows.check(queries, count, k, this);
        if (size() == 0) {
            return Hits.none(count, k);
        }
        BestRows best = new BestRows(count, k, size());
        for (int i = 0; i < views.size(); i++) {
            Hits hits = views.get(i).search(queries, count, k);
            for (int q = 0; q < count; q++) {
                for (int place = 0; place < hits.counts()[q]; place++) {
                    best.offer(q, firstRows[i] + hits.row(q, place), hits.similarity(q, place));
                }
            }
        }
        return best.hits();
    }

    @Override
    public float[] keys(int[] rows) {
        float[] keys = new float[rows.length * keySize()];
        for (int i = 0; i < rows.length; i++) {
            int part = part(rows[i]);
            System.arraycopy(views.get(part).keys(inPart(rows[i], part)), 0, keys, i * keySize(), keySize());
        }
        return keys;
    }

    @Override
    public float[] values(int[] rows) {
        float[] values = new float[rows.length * valueSize()];
        for (int i = 0; i < rows.length; i++) {
            int part = part(rows[i]);
            System.arraycopy(views.get(part).values(inPart(rows[i], part)), 0, values, i * valueSize(), valueSize());
        }
        return values;
    }

    @Override
    public int[][] tokens(int[] rows) {
        int[][] tokens = new int[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            int part = part(rows[i]);
            tokens[i] = views.get(part).tokens(inPart(rows[i], part))[0];
        }
        return tokens;
    }

    @Override
    public Passage passage(int row) {
        int part = part(row);
        return views.get(part).passage(row - firstRows[part]);
    }

    @Override
    public String memory(int row) {
        int part = part(row);
        return views.get(part).memory(row - firstRows[part]);
    }

    /** The view that a row belongs to. */
    private int part(int row) {
        if (row < 0 || row >= rowLimit()) {
            throw new IllegalArgumentException("row " + row + " holds no passage (rows end at " + rowLimit() + ")");
        }
        int at = Arrays.binarySearch(firstRows, row);
        int part = at >= 0 ? at : -at - 2;
        // Empty memories share their first row with the one after them.
        while (firstRows[part + 1] == row) {
            part++;
        }
        return part;
    }

    private int[] inPart(int row, int part) {
        return new int[] {row - firstRows[part]};
    }

    @Override
    public PassageView without(Set<String> ids) {
        return new PluggedView(views.stream().map(view -> view.without(ids)).toList());
    }

    @Override
    public void close() {
        views.forEach(PassageView::close);
    }
}
