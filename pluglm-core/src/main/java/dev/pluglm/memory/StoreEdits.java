package dev.pluglm.memory;

import dev.pluglm.memory.Edit.Operation;
import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.index.Term;

import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * What the edits of a memory write. Each edit opens a writer, changes the index and commits once; whatever happens
 * before that commit, the memory stays as it was.
 */
record StoreEdits(LuceneIndex index) {

    /** Changes the index, and says what the memory is afterwards. */
    private interface Change {
        CommitData apply(IndexWriter writer) throws IOException;
    }

    void create(String name, MemoryShape shape) {
        commit(OpenMode.CREATE, Optional.empty(), writer -> new CommitData(name, shape, EditLog.created()));
    }

    Edit add(StoreView before, Iterator<Entry> entries, LongConsumer progress) {
        return edit(writer -> {
            int added = 0;
            while (entries.hasNext()) {
                writer.addDocument(document(entries.next(), before.data().shape()));
                progress.accept(++added);
            }
            refuseNothing(added, "there are no passages to add");
            return logged(before, Operation.ADD, added, 0);
        });
    }

    Edit replace(StoreView before, Iterator<Entry> entries, LongConsumer progress) {
        return edit(writer -> {
            int replaced = 0;
            while (entries.hasNext()) {
                Entry entry = entries.next();
                Term id = new Term(PassageDocument.ID, entry.passage().id());
                writer.updateDocument(id, document(entry, before.data().shape()));
                progress.accept(++replaced);
            }
            refuseNothing(replaced, "there are no passages to replace");
            return logged(before, Operation.REPLACE, replaced, replaced);
        });
    }

    Edit remove(StoreView before, Collection<String> ids) {
        return edit(writer -> {
            IdLookup present = new IdLookup(before.reader());
            Set<String> distinct = new LinkedHashSet<>(ids);
            refuseNothing(distinct.size(), "there are no passages to remove");
            for (String id : distinct) {
                if (present.row(id).isEmpty()) {
                    throw Problem.of("there is no passage with id '%s' in the memory '%s'; nothing was removed",
                            Shown.of(id), before.data().name());
                }
                writer.deleteDocuments(new Term(PassageDocument.ID, id));
            }
            return logged(before, Operation.REMOVE, 0, distinct.size());
        });
    }

    Edit removeBySource(StoreView before, String source) {
        return edit(writer -> {
            int removed = before.countSource(source);
            refuseNothing(removed, "there is no passage from the source '" + source + "' in the memory '"
                    + before.data().name() + "'");
            writer.deleteDocuments(new Term(PassageDocument.SOURCE, source));
            return logged(before, Operation.REMOVE, 0, removed);
        });
    }

    Edit reencode(StoreView before, MemoryShape shape, Iterator<Entry> entries, LongConsumer progress) {
        return edit(writer -> {
            writer.deleteAll();
            int done = 0;
            while (entries.hasNext()) {
                writer.addDocument(document(entries.next(), shape));
                progress.accept(++done);
            }
            return logged(before, Operation.REENCODE, done, done).with(shape);
        });
    }

    Edit purge(StoreView before) {
        return edit(writer -> {
            writer.forceMergeDeletes();
            return logged(before, Operation.PURGE, 0, 0);
        });
    }

    Edit undo(StoreView before) throws IOException {
        long target = before.data().log().last().madeOn();
        for (IndexCommit commit : index.commits().list().reversed()) {
            if (target > 0 && CommitData.state(commit.getUserData()) == target) {
                CommitData then = CommitData.read(index.path(), commit.getUserData());
                return commit(OpenMode.APPEND, Optional.of(commit),
                        writer -> then.with(before.data().log().withUndo(writer.getDocStats().numDocs)));
            }
        }
        throw Problem.of("%s: there is nothing to undo: a memory keeps its last %d edits, back to its creation or the"
                + " last purge", index.path(), index.tuning().undoable());
    }

    private static CommitData logged(StoreView before, Operation operation, int added, int removed) {
        int passages = Math.addExact(before.size() - removed, added);
        return before.data().with(before.data().log().with(operation, added, removed, passages));
    }

    private static void refuseNothing(int count, String message) {
        if (count == 0) {
            throw new Problem(message);
        }
    }

    private static Document document(Entry entry, MemoryShape shape) {
        Encoded encoded = entry.encoded();
        String name = "passage '" + Shown.of(entry.passage().id()) + "'";
        checkSize(name, "key", encoded.key().length, shape.keySize());
        checkSize(name, "value", encoded.value().length, shape.valueSize());
        return PassageDocument.of(entry.passage(), encoded.tokens(), Fp16.rounded(encoded.key(), "key of " + name),
                Fp16.rounded(encoded.value(), "value of " + name));
    }

    private static void checkSize(String name, String what, int found, int expected) {
        if (found != expected) {
            throw Problem.of("%s: its %s has %d floats, expected %d as in the rest of the memory", name, what, found,
                    expected);
        }
    }

    private Edit edit(Change change) {
        return commit(OpenMode.APPEND, Optional.empty(), writer -> {
            CommitData after = change.apply(writer);
            // Merges belong to the edit that made them due: what runs after the commit would be lost.
            index.merge(writer);
            return after;
        });
    }

    private Edit commit(OpenMode mode, Optional<IndexCommit> from, Change change) {
        return LuceneIndex.call(index.path(), () -> {
            IndexWriter writer = index.writer(mode, from);
            try {
                CommitData after = change.apply(writer);
                writer.setLiveCommitData(after.write().entrySet());
                writer.commit();
                return after.log().last().edit();
            } finally {
                // After the commit this closes, before it this drops all changes.
                writer.rollback();
            }
        });
    }
}
