package dev.pluglm.memory;

import dev.pluglm.model.Memory.Hits;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How a store is searched: by looking at every key where there are few, through Lucene's HNSW graphs over 7-bit keys
 * where there are many (Malkov and Yashunin 2018, arXiv 1603.09320). Either way hits are ranked by the inner product
 * with the stored key in fp32; the graph only proposes candidates.
 */
record StoreSearch(Tuning tuning, Analyzer analyzer, StoredKeys keys) {
    private static final int MOST_WORDS = 1000;

    /** Nearest passages by inner product, see {@link dev.pluglm.model.Memory.View#search}. */
    Hits nearest(DirectoryReader reader, FixedBitSet hidden, int keySize, float[] queries, int count, int k)
            throws IOException {
        int visible = reader.numDocs() - hidden.cardinality();
        if (visible == 0 || count == 0) {
            return Hits.none(count, k);
        }
        if (!scans(visible, k, hidden.cardinality()) && finite(queries)) {
            BestRows best = new BestRows(count, k, visible);
            walk(reader, hidden, keySize, queries, count, k, best);
            if (best.full()) {
                return best.hits();
            }
            // A graph may have islands, and products of huge queries overflow: then look at everything after all.
        }
        BestRows best = new BestRows(count, k, visible);
        scan(reader, hidden, keySize, queries, count, best);
        return best.hits();
    }

    private boolean scans(int visible, int k, int hidden) {
        return visible < tuning.exactBelow() || k > Tuning.WIDEST || hidden > Tuning.WIDEST;
    }

    private void scan(DirectoryReader reader, FixedBitSet hidden, int keySize, float[] queries, int count,
            BestRows best) throws IOException {
        for (LeafReaderContext part : reader.leaves()) {
            scan(part, hidden, keySize, queries, count, best);
        }
    }

    private void scan(LeafReaderContext part, FixedBitSet hidden, int keySize, float[] queries, int count,
            BestRows best) throws IOException {
        Bits shown = shown(part, hidden);
        keys.of(part.reader(), keySize).scan(queries, count, part.docBase, shown::get, best);
    }

    /**
     * Walks the graph of each part that has one and looks at every key of the others. Not by a query of Lucene's: that
     * walks a large part twice where a small one lies beside it, as after every edit.
     */
    private void walk(DirectoryReader reader, FixedBitSet hidden, int keySize, float[] queries, int count, int k,
            BestRows best) throws IOException {
        // What is hidden may be what is nearest: the walk must get past it to the best of the rest.
        int candidates = Math.max(tuning.width(), 4 * k) + hidden.cardinality();
        for (LeafReaderContext part : reader.leaves()) {
            if (!tuning.hasGraph(part.reader().maxDoc())) {
                scan(part, hidden, keySize, queries, count, best);
                continue;
            }
            FloatVectorValues stored = part.reader().getFloatVectorValues(PassageDocument.KEY);
            AcceptDocs shown = AcceptDocs.fromLiveDocs(shown(part, hidden), part.reader().maxDoc());
            for (int q = 0; q < count; q++) {
                float[] query = Arrays.copyOfRange(queries, q * keySize, (q + 1) * keySize);
                KnnCollector nearest = new TopKnnCollector(candidates, Integer.MAX_VALUE);
                part.reader().searchNearestVectors(PassageDocument.KEY, query, nearest, shown);
                for (ScoreDoc candidate : nearest.topDocs().scoreDocs) {
                    float[] key = stored.vectorValue(candidate.doc);
                    best.offer(q, part.docBase + candidate.doc, KeyTiles.product(query, 0, key));
                }
            }
        }
    }

    /** Which passages of a part may be found. */
    private static Bits shown(LeafReaderContext part, FixedBitSet hidden) {
        int length = part.reader().maxDoc();
        Bits live = part.reader().getLiveDocs() == null ? new Bits.MatchAllBits(length) : part.reader().getLiveDocs();
        if (hidden.cardinality() == 0) {
            return live;
        }
        return new Bits() {
            @Override
            public boolean get(int row) {
                return live.get(row) && !isHidden(hidden, part.docBase + row);
            }

            @Override
            public int length() {
                return length;
            }
        };
    }

    /** Best passages for some words by BM25 over title and text. */
    Hits words(DirectoryReader reader, FixedBitSet hidden, String words, int k) throws IOException {
        Hits hits = Hits.none(1, k);
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        terms(words).forEach(term -> query.add(new TermQuery(new Term(PassageDocument.WORDS, term)), Occur.SHOULD));
        int wanted = (int) Math.min(reader.numDocs(), (long) k + hidden.cardinality());
        if (wanted > 0) {
            for (ScoreDoc hit : new IndexSearcher(reader).search(query.build(), wanted).scoreDocs) {
                if (hits.counts()[0] < k && !isHidden(hidden, hit.doc)) {
                    hits.add(0, hit.doc, hit.score);
                }
            }
        }
        return hits;
    }

    private Set<String> terms(String words) throws IOException {
        Set<String> terms = new LinkedHashSet<>();
        try (TokenStream stream = analyzer.tokenStream(PassageDocument.WORDS, words)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            stream.reset();
            while (stream.incrementToken() && terms.size() < MOST_WORDS) {
                terms.add(term.toString());
            }
        }
        return terms;
    }

    private static boolean isHidden(FixedBitSet hidden, int row) {
        return row < hidden.length() && hidden.get(row);
    }

    private static boolean finite(float[] numbers) {
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                return false;
            }
        }
        return true;
    }
}
