package dev.pluglm.memory;

import dev.pluglm.model.Memory.Hits;
import dev.pluglm.problem.Problem;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A memory on disk as one commit left it. Safe for use by several threads. Views made with {@link #without} are views
 * of their own: each must be closed, in any order.
 */
public final class StoreView implements PassageView {
    private final Path path;
    private final DirectoryReader reader;
    private final CommitData data;
    private final StoreSearch search;
    private final FixedBitSet hidden;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /** Takes over one reference to the reader. */
    StoreView(Path path, DirectoryReader reader, CommitData data, StoreSearch search) {
        this(path, reader, data, search, new FixedBitSet(0));
    }

    private StoreView(Path path, DirectoryReader reader, CommitData data, StoreSearch search, FixedBitSet hidden) {
        this.path = path;
        this.reader = reader;
        this.data = data;
        this.search = search;
        this.hidden = hidden;
    }

    /** The directory of the memory. */
    Path path() {
        return path;
    }

    /** The commit's reader. */
    DirectoryReader reader() {
        return reader;
    }

    /** What the commit says about itself. */
    CommitData data() {
        return data;
    }

    @Override
    public int size() {
        return reader.numDocs() - hidden.cardinality();
    }

    @Override
    public int rowLimit() {
        return reader.maxDoc();
    }

    @Override
    public int keySize() {
        return data.shape().keySize();
    }

    @Override
    public int valueSize() {
        return data.shape().valueSize();
    }

    @Override
    public Optional<String> encoderFingerprint() {
        return data.shape().encoder();
    }

    @Override
    public Hits search(float[] queries, int count, int k) {
        // Where there is nothing to find, the length of a query does not matter: the model need not fit.
        BestRows.check(queries, count, k, size() == 0 && count > 0 ? queries.length / count : keySize());
        return read(() -> search.nearest(reader, hidden, keySize(), queries, count, k));
    }

    /**
     * The passages whose title and text match some words best, by BM25.
     *
     * @return the hits of one query; their similarities are BM25 scores
     */
    public Hits searchWords(String words, int k) {
        BestRows.check(new float[0], 0, k, 0);
        return read(() -> search.words(reader, hidden, words, k));
    }

    @Override
    public float[] keys(int[] rows) {
        float[] keys = new float[rows.length * keySize()];
        return read(() -> {
            for (int i = 0; i < rows.length; i++) {
                LeafReaderContext leaf = leaf(rows[i]);
                FloatVectorValues stored = leaf.reader().getFloatVectorValues(PassageDocument.KEY);
                System.arraycopy(stored.vectorValue(rows[i] - leaf.docBase), 0, keys, i * keySize(), keySize());
            }
            return keys;
        });
    }

    @Override
    public float[] values(int[] rows) {
        float[] values = new float[rows.length * valueSize()];
        if (valueSize() == 0) {
            return values;
        }
        return read(() -> {
            for (int i = 0; i < rows.length; i++) {
                BytesRef stored = bytes(PassageDocument.VALUE, rows[i]);
                Fp16.read(stored.bytes, stored.offset, valueSize(), values, i * valueSize());
            }
            return values;
        });
    }

    @Override
    public int[][] tokens(int[] rows) {
        int[][] tokens = new int[rows.length][];
        return read(() -> {
            for (int i = 0; i < rows.length; i++) {
                BytesRef stored = bytes(PassageDocument.TOKENS, rows[i]);
                tokens[i] = Varints.read(stored.bytes, stored.offset, stored.length);
            }
            return tokens;
        });
    }

    private BytesRef bytes(String field, int row) throws IOException {
        LeafReaderContext leaf = leaf(row);
        BinaryDocValues stored = leaf.reader().getBinaryDocValues(field);
        if (stored == null || !stored.advanceExact(row - leaf.docBase)) {
            throw new CorruptIndexException("the passage of row " + row + " has no " + field, path.toString());
        }
        return stored.binaryValue();
    }

    @Override
    public Passage passage(int row) {
        return read(() -> {
            leaf(row);
            StoredFields stored = reader.storedFields();
            return PassageDocument.passage(stored.document(row));
        });
    }

    /** The part of the index that holds a row, which must be one of a passage that was not removed. */
    private LeafReaderContext leaf(int row) {
        if (row >= 0 && row < reader.maxDoc()) {
            LeafReaderContext leaf = reader.leaves().get(ReaderUtil.subIndex(row, reader.leaves()));
            Bits live = leaf.reader().getLiveDocs();
            if (live == null || live.get(row - leaf.docBase)) {
                return leaf;
            }
        }
        throw new IllegalArgumentException("row " + row + " holds no passage (rows end at " + reader.maxDoc() + ")");
    }

    /** The row of a passage. */
    public OptionalInt find(String id) {
        return read(() -> new IdLookup(reader).row(id)).stream().filter(row -> !isHidden(row)).findAny();
    }

    /** How many passages come from a source. */
    public int countSource(String source) {
        return read(() -> new IndexSearcher(reader).count(new TermQuery(new Term(PassageDocument.SOURCE, source))));
    }

    /** All rows that hold a passage, ascending, from {@code first} on. */
    public IntStream rows(int first) {
        return reader.leaves().stream().flatMapToInt(leaf -> {
            Bits live = leaf.reader().getLiveDocs();
            return IntStream.range(Math.max(0, first - leaf.docBase), leaf.reader().maxDoc())
                    .filter(row -> live == null || live.get(row))
                    .map(row -> leaf.docBase + row);
        }).filter(row -> !isHidden(row));
    }

    private boolean isHidden(int row) {
        return row < hidden.length() && hidden.get(row);
    }

    /** All passages with all that is kept of them, read one by one while the view is open. */
    public Stream<Entry> entries() {
        return rows(0).mapToObj(this::entry);
    }

    /** All that is kept of the passage of a row. */
    public Entry entry(int row) {
        int[] one = {row};
        return new Entry(passage(row), new PassageEncoder.Encoded(tokens(one)[0], keys(one), values(one)));
    }

    @Override
    public String memory(int row) {
        return data.name();
    }

    @Override
    public StoreView without(Set<String> ids) {
        FixedBitSet more = new FixedBitSet(reader.maxDoc());
        if (hidden.length() > 0) {
            more.or(hidden);
        }
        read(() -> {
            IdLookup lookup = new IdLookup(reader);
            for (String id : ids) {
                lookup.row(id).ifPresent(more::set);
            }
            return more;
        });
        reader.incRef();
        return new StoreView(path, reader, data, search, more);
    }

    private <T> T read(LuceneIndex.DiskCall<T> call) {
        if (!open.get()) {
            throw new IllegalStateException("this view of the memory " + data.name() + " is closed");
        }
        try {
            return LuceneIndex.call(path, call);
        } catch (Problem | IllegalArgumentException | IllegalStateException known) {
            throw known;
        } catch (RuntimeException lyingNumbers) {
            // Large files are not read through when a memory is opened, so damage may show only here.
            throw LuceneIndex.damaged(path, lyingNumbers);
        }
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            LuceneIndex.call(path, () -> {
                reader.decRef();
                return path;
            });
        }
    }
}
