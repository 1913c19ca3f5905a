package dev.pluglm.memory;

import dev.pluglm.model.Memory.Hits;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
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
            walk(reader, hidden, keySize, queries, k, best);
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
        for (LeafReaderContext leaf : reader.leaves()) {
            Bits live = leaf.reader().getLiveDocs();
            int firstRow = leaf.docBase;
            keys.of(leaf.reader(), keySize).scan(queries, count, firstRow,
                    row -> (live == null || live.get(row)) && !isHidden(hidden, firstRow + row), best);
        }
    }

    private void walk(DirectoryReader reader, FixedBitSet hidden, int keySize, float[] queries, int k,
            BestRows best) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        FloatVectorValues[] stored = new FloatVectorValues[reader.leaves().size()];
        // Hidden passages may take up candidates, so ask for that many more.
        int candidates = Math.max(tuning.width(), 4 * k) + hidden.cardinality();
        int count = queries.length / keySize;
        for (int q = 0; q < count; q++) {
            float[] query = Arrays.copyOfRange(queries, q * keySize, (q + 1) * keySize);
            Query nearest = new KnnFloatVectorQuery(PassageDocument.KEY, query, candidates);
            for (ScoreDoc candidate : searcher.search(nearest, candidates).scoreDocs) {
                if (!isHidden(hidden, candidate.doc)) {
                    int part = ReaderUtil.subIndex(candidate.doc, reader.leaves());
                    LeafReaderContext leaf = reader.leaves().get(part);
                    if (stored[part] == null) {
                        stored[part] = leaf.reader().getFloatVectorValues(PassageDocument.KEY);
                    }
                    float[] key = stored[part].vectorValue(candidate.doc - leaf.docBase);
                    best.offer(q, candidate.doc, KeyTiles.product(query, 0, key));
                }
            }
        }
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
