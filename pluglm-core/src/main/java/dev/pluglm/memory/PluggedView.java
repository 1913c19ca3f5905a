package dev.pluglm.memory;

import dev.pluglm.model.Memory.Hits;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Views of several memories, one behind the other. Closing it closes each. */
final class PluggedView implements PassageView {
    private final List<Part> parts;
    private final int[] firstRows;
    private volatile boolean closed;

    /** The view of one memory. */
    record Part(PassageView view, String name, String suffix) {

        /** A memory that has never held anything fits all others. */
        boolean hasShape() {
            return view.keySize() > 0;
        }
    }

    /** @param firstRows where the rows of each part begin, and at last where all rows end */
    private PluggedView(List<Part> parts, int[] firstRows) {
        this.parts = parts;
        this.firstRows = firstRows;
    }

    /** Takes over the views, unless they do not fit together: then a Problem says which, and they stay open. */
    static PluggedView of(List<Part> parts) {
        List<Part> shaped = parts.stream().filter(Part::hasShape).toList();
        for (Part part : shaped) {
            checkSizes(shaped.getFirst(), part);
        }
        List<Part> known = shaped.stream().filter(part -> part.view().encoderFingerprint().isPresent()).toList();
        for (Part part : known) {
            checkEncoders(known.getFirst(), part);
        }
        int[] firstRows = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            long end = (long) firstRows[i] + parts.get(i).view().rowLimit();
            if (end > Integer.MAX_VALUE) {
                throw Problem.of("with memory '%s' there are %d rows, expected at most %d; plug fewer memories"
                        + " together",
                        Shown.of(parts.get(i).name()), end, Integer.MAX_VALUE);
            }
            firstRows[i + 1] = (int) end;
        }
        return new PluggedView(List.copyOf(parts), firstRows);
    }

    private static void checkSizes(Part first, Part other) {
        if (first.view().keySize() != other.view().keySize()) {
            throw differ(first, "keys of " + first.view().keySize() + " floats",
                    other, "keys of " + other.view().keySize());
        }
        if (first.view().valueSize() != other.view().valueSize()) {
            throw differ(first, "values of " + first.view().valueSize() + " floats",
                    other, "values of " + other.view().valueSize());
        }
    }

    private static void checkEncoders(Part first, Part other) {
        String one = first.view().encoderFingerprint().orElseThrow();
        String another = other.view().encoderFingerprint().orElseThrow();
        if (!one.equals(another)) {
            throw differ(first, "keys and values of encoder " + MemoryStore.shorten(Shown.of(one)),
                    other, "those of encoder " + MemoryStore.shorten(Shown.of(another)));
        }
    }

    private static Problem differ(Part first, String itsOwn, Part other, String itsOther) {
        return Problem.of("memory '%s' holds %s, memory '%s' %s; memories that are plugged together must be made with"
                + " one model, so encode one of them anew with: pluglm memory reencode DIR --model MODEL",
                Shown.of(first.name()), itsOwn, Shown.of(other.name()), itsOther);
    }

    @Override
    public int size() {
        return parts.stream().mapToInt(part -> part.view().size()).sum();
    }

    @Override
    public int rowLimit() {
        return firstRows[parts.size()];
    }

    @Override
    public int keySize() {
        return parts.stream().filter(Part::hasShape).findFirst().map(part -> part.view().keySize()).orElse(0);
    }

    @Override
    public int valueSize() {
        return parts.stream().filter(Part::hasShape).findFirst().map(part -> part.view().valueSize()).orElse(0);
    }

    /** The encoder of those memories that know theirs. */
    @Override
    public Optional<String> encoderFingerprint() {
        return parts.stream().flatMap(part -> part.view().encoderFingerprint().stream()).findFirst();
    }

    @Override
    public Hits search(float[] queries, int count, int k) {
        checkOpen();
        if (keySize() > 0) {
            BestRows.check(queries, count, k, keySize());
        }
        int size = size();
        if (size == 0 || count == 0) {
            return Hits.none(count, k);
        }
        BestRows best = new BestRows(count, k, size);
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).view().size() > 0) {
                offer(parts.get(i).view().search(queries, count, k), firstRows[i], best);
            }
        }
        return best.hits();
    }

    private static void offer(Hits hits, int firstRow, BestRows best) {
        for (int q = 0; q < hits.queries(); q++) {
            for (int place = 0; place < hits.counts()[q]; place++) {
                best.offer(q, firstRow + hits.row(q, place), hits.similarity(q, place));
            }
        }
    }

    @Override
    public float[] keys(int[] rows) {
        float[] keys = new float[rows.length * keySize()];
        fetch(rows, (view, own, at) -> scatter(view.keys(own), keys, at));
        return keys;
    }

    @Override
    public float[] values(int[] rows) {
        float[] values = new float[rows.length * valueSize()];
        fetch(rows, (view, own, at) -> scatter(view.values(own), values, at));
        return values;
    }

    private static void scatter(float[] from, float[] to, int[] at) {
        int size = from.length / at.length;
        for (int i = 0; i < at.length; i++) {
            System.arraycopy(from, i * size, to, at[i] * size, size);
        }
    }

    @Override
    public int[][] tokens(int[] rows) {
        int[][] tokens = new int[rows.length][];
        fetch(rows, (view, own, at) -> {
            int[][] found = view.tokens(own);
            for (int i = 0; i < at.length; i++) {
                tokens[at[i]] = found[i];
            }
        });
        return tokens;
    }

    private interface Fetch {
        /**
         * Fetches from one memory.
         *
         * @param own rows of the view
         * @param at the places that they have among all rows that are asked for
         */
        void from(PassageView view, int[] own, int[] at);
    }

    /** Asks each memory once, for all of its rows. */
    private void fetch(int[] rows, Fetch fetch) {
        checkOpen();
        int[] owners = new int[rows.length];
        int[] counts = new int[parts.size()];
        for (int i = 0; i < rows.length; i++) {
            owners[i] = owner(rows[i]);
            counts[owners[i]]++;
        }
        for (int p = 0; p < counts.length; p++) {
            if (counts[p] > 0) {
                int[] own = new int[counts[p]];
                int[] at = new int[counts[p]];
                int n = 0;
                for (int i = 0; i < rows.length; i++) {
                    if (owners[i] == p) {
                        own[n] = rows[i] - firstRows[p];
                        at[n++] = i;
                    }
                }
                fetch.from(parts.get(p).view(), own, at);
            }
        }
    }

    /** Which memory a row belongs to. */
    private int owner(int row) {
        for (int p = 0; row >= 0 && p < parts.size(); p++) {
            if (row < firstRows[p + 1]) {
                return p;
            }
        }
        throw new IllegalArgumentException("row " + row + " holds no passage (rows end at " + rowLimit() + ")");
    }

    @Override
    public Passage passage(int row) {
        checkOpen();
        int owner = owner(row);
        return parts.get(owner).view().passage(row - firstRows[owner]);
    }

    @Override
    public String memory(int row) {
        checkOpen();
        int owner = owner(row);
        return parts.get(owner).view().memory(row - firstRows[owner]) + parts.get(owner).suffix();
    }

    @Override
    public PassageView without(Set<String> ids) {
        checkOpen();
        List<Part> others = new ArrayList<>();
        try {
            for (Part part : parts) {
                others.add(new Part(part.view().without(ids), part.name(), part.suffix()));
            }
        } catch (RuntimeException failure) {
            new PluggedView(others, firstRows).close();
            throw failure;
        }
        return new PluggedView(List.copyOf(others), firstRows);
    }

    @Override
    public void close() {
        closed = true;
        PluggedMemories.closeAll(parts.stream().<Runnable>map(part -> part.view()::close).toList());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this view of several memories is closed");
        }
    }
}
