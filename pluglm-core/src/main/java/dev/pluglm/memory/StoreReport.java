package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;

import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** Looks over a whole memory. */
final class StoreReport {
    private StoreReport() {}

    static MemoryStats stats(LuceneIndex index, StoreView view, Tuning tuning) throws IOException {
        long bytes = 0;
        for (String file : index.directory().listAll()) {
            try {
                bytes += index.directory().fileLength(file);
            } catch (NoSuchFileException gone) {
                // An edit in another process has just dropped it.
                continue;
            }
        }
        DirectoryReader reader = view.reader();
        return new MemoryStats(view.data().name(), view.size(), view.data().shape(), reader.numDeletedDocs(),
                view.data().log().undoable(KeptEdits.UNDOABLE + 1).size() - 1, reader.leaves().size(), bytes,
                view.size() >= tuning.exactBelow());
    }

    static int verify(LuceneIndex index, StoreView view) {
        try {
            for (LeafReaderContext leaf : view.reader().leaves()) {
                leaf.reader().checkIntegrity();
            }
            BytesRefHash ids = new BytesRefHash();
            view.entries().forEach(entry -> {
                PassageDocument.check(entry.passage(), false);
                if (ids.add(new BytesRef(entry.passage().id())) < 0) {
                    throw Problem.of("%s: the id '%s' is there twice", index.path(), entry.passage().id());
                }
            });
            int expected = view.data().log().last().edit().passages();
            if (ids.size() != expected) {
                throw Problem.of("%s: %d passages found, the last edit left %d", index.path(), ids.size(), expected);
            }
            return ids.size();
        } catch (IOException failure) {
            throw LuceneIndex.problem(index.path(), failure);
        } catch (RuntimeException failure) {
            throw LuceneIndex.damaged(index.path(), failure);
        }
    }
}
