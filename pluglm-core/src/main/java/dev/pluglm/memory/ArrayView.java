package dev.pluglm.memory;

import dev.pluglm.model.Memory.Hits;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.BitSet;
import java.util.Optional;
import java.util.Set;

/** An {@link ArrayMemory} as it stood when the view was opened. Safe for use by several threads. */
final class ArrayView implements PassageView {
    private final ArrayContents contents;
    private final BitSet hidden;
    private volatile boolean closed;

    ArrayView(ArrayContents contents, BitSet hidden) {
        this.contents = contents;
        this.hidden = hidden;
    }

    @Override
    public int size() {
        return contents.size() - hidden.cardinality();
    }

    @Override
    public int rowLimit() {
        return contents.size();
    }

    @Override
    public int keySize() {
        return contents.keys().keySize();
    }

    @Override
    public int valueSize() {
        return contents.values().map(Vectors::size).orElse(0);
    }

    @Override
    public Optional<String> encoderFingerprint() {
        return contents.encoder();
    }

    @Override
    public Hits search(float[] queries, int count, int k) {
        checkOpen();
        BestRows.check(queries, count, k, keySize());
        if (size() == 0 || count == 0) {
            return Hits.none(count, k);
        }
        BestRows best = new BestRows(count, k, size());
        contents.keys().scan(queries, count, row -> !hidden.get(row), best);
        return best.hits();
    }

    @Override
    public float[] keys(int[] rows) {
        checkRows(rows);
        float[] keys = new float[rows.length * keySize()];
        for (int i = 0; i < rows.length; i++) {
            contents.keys().get(rows[i], keys, i * keySize());
        }
        return keys;
    }

    @Override
    public float[] values(int[] rows) {
        checkRows(rows);
        float[] values = new float[rows.length * valueSize()];
        contents.values().ifPresent(stored -> {
            for (int i = 0; i < rows.length; i++) {
                stored.copy(rows[i], values, i * stored.size());
            }
        });
        return values;
    }

    @Override
    public int[][] tokens(int[] rows) {
        checkRows(rows);
        int[][] stored = contents.tokens().orElseThrow(() -> Problem.of("memory '%s' holds no tokens, so nothing can be"
                + " encoded from them; give it the tokenised documents", Shown.of(contents.name())));
        int[][] tokens = new int[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            tokens[i] = stored[rows[i]].clone();
        }
        return tokens;
    }

    @Override
    public Passage passage(int row) {
        checkRows(row);
        return contents.passage(row);
    }

    @Override
    public String memory(int row) {
        checkRows(row);
        return contents.name();
    }

    @Override
    public ArrayView without(Set<String> ids) {
        checkOpen();
        BitSet more = (BitSet) hidden.clone();
        ids.forEach(id -> contents.row(id).ifPresent(more::set));
        return new ArrayView(contents, more);
    }

    private void checkRows(int... rows) {
        checkOpen();
        for (int row : rows) {
            if (row < 0 || row >= rowLimit()) {
                throw new IllegalArgumentException("row " + row + " holds no passage (rows end at " + rowLimit() + ")");
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this view of the memory " + contents.name() + " is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
