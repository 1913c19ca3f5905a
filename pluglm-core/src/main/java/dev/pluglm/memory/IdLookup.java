package dev.pluglm.memory;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Finds the rows of ids, one after the other; for one thread. */
final class IdLookup {
    private record Segment(int firstRow, TermsEnum ids, Bits live) {}

    private final List<Segment> segments = new ArrayList<>();

    IdLookup(DirectoryReader reader) throws IOException {
        for (LeafReaderContext leaf : reader.leaves()) {
            Terms ids = leaf.reader().terms(PassageDocument.ID);
            if (ids != null) {
                segments.add(new Segment(leaf.docBase, ids.iterator(), leaf.reader().getLiveDocs()));
            }
        }
    }

    OptionalInt row(String id) throws IOException {
        BytesRef term = new BytesRef(id);
        for (Segment segment : segments) {
            if (segment.ids.seekExact(term)) {
                PostingsEnum rows = segment.ids.postings(null, PostingsEnum.NONE);
                int row = rows.nextDoc();
                for (; row != DocIdSetIterator.NO_MORE_DOCS; row = rows.nextDoc()) {
                    if (segment.live == null || segment.live.get(row)) {
                        return OptionalInt.of(segment.firstRow + row);
                    }
                }
            }
        }
        return OptionalInt.empty();
    }
}
