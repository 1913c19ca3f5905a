package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ReaderManager;
import org.apache.lucene.store.Lock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A memory on disk that can be edited: one Lucene index in a directory, one atomic commit for each edit.
 *
 * <p>An edit is visible to the next {@link #view} or not at all; if the process dies at any moment, the memory opens at
 * the last edit that had returned (or at one more, whole, that was just committed). One writer at a time, in any
 * process; readers go on meanwhile, here and in other processes. Safe for use by several threads.
 *
 * <p>All methods throw {@link Problem} where the directory is damaged, cannot be written, or an edit does not fit.
 */
public final class MemoryStore implements PassageMemory {
    private final LuceneIndex index;
    private final StoreEdits edits;
    private final StoreSearch search;
    private final Optional<Lock> lock;
    private final Optional<PassageEncoder> encoder;
    private final ReaderManager readers;
    private final AtomicReference<Known> known = new AtomicReference<>();

    /** The description of the commit that was read last. */
    private record Known(DirectoryReader reader, CommitData data) {}

    private MemoryStore(LuceneIndex index, Tuning tuning, Optional<Lock> lock, Optional<PassageEncoder> encoder) {
        this.index = index;
        this.lock = lock;
        this.encoder = encoder;
        edits = new StoreEdits(index);
        search = new StoreSearch(tuning, index.analyzer(), new StoredKeys());
        readers = LuceneIndex.call(index.path(), () -> new ReaderManager(index.directory()));
    }

    /**
     * Creates a memory and fills it. The directory appears when {@code fill} has returned, with all that it added; if
     * it fails, nothing does.
     *
     * @param directory where; must not exist, or be empty
     * @param name what the memory is called in evidence; not blank
     * @param fill makes the first edits
     */
    public static void create(Path directory, String name, PassageEncoder encoder, Consumer<MemoryStore> fill) {
        NewMemory.create(directory, name, MemoryShape.of(encoder), Optional.of(encoder), Tuning.STANDARD, fill);
    }

    /** As {@link #create(Path, String, PassageEncoder, Consumer)}, for entries that are encoded already. */
    public static void create(Path directory, String name, MemoryShape shape, Consumer<MemoryStore> fill) {
        NewMemory.create(directory, name, shape, Optional.empty(), Tuning.STANDARD, fill);
    }

    /** Opens a memory for search alone. */
    public static MemoryStore openForReading(Path directory) {
        return open(directory, Tuning.STANDARD, false, Optional.empty());
    }

    /** Opens a memory for edits that encode nothing: remove, undo, purge, import. */
    public static MemoryStore openForWriting(Path directory) {
        return open(directory, Tuning.STANDARD, true, Optional.empty());
    }

    /** Opens a memory for all edits; a Problem if it was made with another encoder. */
    public static MemoryStore openForWriting(Path directory, PassageEncoder encoder) {
        return open(directory, Tuning.STANDARD, true, Optional.of(encoder));
    }

    static MemoryStore open(Path directory, Tuning tuning, boolean forWriting, Optional<PassageEncoder> encoder) {
        LuceneIndex index = LuceneIndex.open(directory, tuning);
        Optional<Lock> lock = Optional.empty();
        try {
            index.commits().checkLatest();
            lock = forWriting ? Optional.of(index.lock()) : Optional.empty();
            MemoryStore store = new MemoryStore(index, tuning, lock, encoder);
            try (StoreView view = store.view()) {
                encoder.ifPresent(given -> store.checkEncoder(view, given));
            } catch (RuntimeException refused) {
                store.close();
                throw refused;
            }
            return store;
        } catch (RuntimeException failure) {
            release(index, lock);
            throw LuceneIndex.damaged(directory, failure);
        }
    }

    @Override
    public String name() {
        try (StoreView view = view()) {
            return view.data().name();
        }
    }

    /** The memory as the latest edit left it, whichever process made it. */
    @Override
    public StoreView view() {
        return LuceneIndex.call(index.path(), () -> {
            readers.maybeRefreshBlocking();
            DirectoryReader reader = readers.acquire();
            try {
                return new StoreView(index.path(), reader, describe(reader), search);
            } catch (RuntimeException failure) {
                readers.release(reader);
                throw failure;
            }
        });
    }

    private CommitData describe(DirectoryReader reader) throws IOException {
        Known last = known.get();
        if (last == null || last.reader() != reader) {
            last = new Known(reader, CommitData.read(index.path(), reader.getIndexCommit().getUserData()));
            known.set(last);
        }
        return last.data();
    }

    /**
     * Adds passages, encoding them as they come; a Problem if an id is there already or comes twice.
     *
     * @param progress told how many passages are encoded so far
     */
    public Edit add(Iterator<Passage> passages, LongConsumer progress) {
        return edit(before -> edits.add(before, encoded(before, passages, false), progress));
    }

    public Edit add(Passage... passages) {
        return add(Arrays.asList(passages).iterator(), done -> {});
    }

    /** Adds passages whose tokens, keys and values are known; texts may be empty. */
    public Edit addEntries(Iterator<Entry> entries, LongConsumer progress) {
        return edit(before -> edits.add(before, checked(before, entries), progress));
    }

    /** Replaces passages by others with the same ids, which must be there. They become the last of the memory. */
    public Edit replace(Iterator<Passage> passages, LongConsumer progress) {
        return edit(before -> edits.replace(before, encoded(before, passages, true), progress));
    }

    public Edit replace(Passage... passages) {
        return replace(Arrays.asList(passages).iterator(), done -> {});
    }

    /** Removes the passages with these ids; if one of them is not there, none is removed. */
    public Edit remove(Collection<String> ids) {
        return edit(before -> edits.remove(before, ids));
    }

    /** Removes all passages of a source. */
    public Edit removeBySource(String source) {
        return edit(before -> edits.removeBySource(before, source));
    }

    /** Goes back to what the memory was before the last edit that is not yet undone. */
    public Edit undo() {
        return edit(edits::undo);
    }

    /** Drops the kept history and everything that was removed or replaced from the disk; nothing can be undone then. */
    public Edit purge() {
        return edit(edits::purge);
    }

    /** Encodes all passages anew, with an encoder that later edits must use too. Reopen the memory for those. */
    public Edit reencode(PassageEncoder other, LongConsumer progress) {
        return edit(before -> {
            Iterator<Passage> passages = before.rows(0).mapToObj(before::passage).iterator();
            Iterator<Entry> anew = new Encoding(passages, other, passage -> PassageDocument.check(passage, true));
            return edits.reencode(before, MemoryShape.of(other), anew, progress);
        });
    }

    /** All edits, oldest first, undone ones too; the last thousand of them, and older ones that can be undone. */
    public List<Edit> log() {
        try (StoreView view = view()) {
            return view.data().log().edits();
        }
    }

    /** What the memory amounts to. */
    public MemoryStats stats() {
        try (StoreView view = view()) {
            return LuceneIndex.call(index.path(), () -> StoreReport.stats(index, view));
        }
    }

    /**
     * Reads everything: checksums of all files, every passage with its tokens, key and value, ids that come twice.
     *
     * @return how many passages are sound: all of them, for otherwise a Problem says what is damaged
     */
    public int verify() {
        try (StoreView view = view()) {
            return StoreReport.verify(index, view);
        }
    }

    private interface EditCall {
        Edit make(StoreView before) throws IOException;
    }

    private synchronized Edit edit(EditCall call) {
        if (lock.isEmpty()) {
            throw Problem.of("%s: the memory was opened for reading; open it for writing to edit it", index.path());
        }
        try (StoreView before = view()) {
            return LuceneIndex.call(index.path(), () -> call.make(before));
        }
    }

    private Iterator<Entry> encoded(StoreView before, Iterator<Passage> passages, boolean present) throws IOException {
        PassageEncoder own = encoder.orElseThrow(() -> Problem.of(
                "%s: passages can only be added or replaced with the model that encodes them", index.path()));
        checkEncoder(before, own);
        IdCheck ids = new IdCheck(before, present, true);
        return new Encoding(passages, own, ids::check);
    }

    private Iterator<Entry> checked(StoreView before, Iterator<Entry> entries) throws IOException {
        IdCheck ids = new IdCheck(before, false, false);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Entry next() {
                Entry entry = entries.next();
                ids.check(entry.passage());
                return entry;
            }
        };
    }

    private void checkEncoder(StoreView view, PassageEncoder given) {
        MemoryShape made = view.data().shape();
        if (!made.encoder().equals(Optional.of(given.fingerprint()))
                || made.keySize() != given.keySize() || made.valueSize() != given.valueSize()) {
            throw Problem.of("%s: the memory was made with encoder %s (keys of %d, values of %d floats), the model's"
                    + " is %s (%d, %d); encode it anew with: pluglm memory reencode %s --model MODEL", index.path(),
                    made.encoder().map(MemoryStore::shorten).orElse("unknown"), made.keySize(), made.valueSize(),
                    shorten(given.fingerprint()), given.keySize(), given.valueSize(), index.path());
        }
    }

    static String shorten(String fingerprint) {
        return fingerprint.length() <= 12 ? fingerprint : fingerprint.substring(0, 12);
    }

    /** Ends edits and gives up the right to edit. Open views go on until they are closed. */
    @Override
    public void close() {
        LuceneIndex.call(index.path(), () -> {
            readers.close();
            return index;
        });
        release(index, lock);
    }

    private static void release(LuceneIndex index, Optional<Lock> lock) {
        LuceneIndex.call(index.path(), () -> {
            if (lock.isPresent()) {
                lock.get().close();
            }
            return index;
        });
        index.close();
    }
}
