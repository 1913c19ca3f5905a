package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Looks over a whole memory. */
final class StoreReport {
    private StoreReport() {}

    static MemoryStats stats(LuceneIndex index, StoreView view) throws IOException {
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
                undoable(index, view.data()), reader.leaves().size(), bytes,
                view.size() >= index.tuning().exactBelow());
    }

    /** How many of the states that the log knows are kept still. */
    private static int undoable(LuceneIndex index, CommitData data) throws IOException {
        Set<Long> kept = new HashSet<>();
        for (IndexCommit commit : index.commits().list()) {
            kept.add(CommitData.state(commit.getUserData()));
        }
        List<Long> states = data.log().undoable(index.tuning().undoable() + 1);
        return (int) states.stream().skip(1).takeWhile(kept::contains).count();
    }

    static int verify(LuceneIndex index, StoreView view) {
        try {
            index.commits().checkAll();
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
