package dev.pluglm.memory;

import dev.pluglm.problem.Problem;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.LogMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The Lucene index under a memory: how it is written, and what its errors mean to a user. */
final class LuceneIndex implements AutoCloseable {
    /**
     * Lucene logs a warning where the JVM runs without the incubating vector module. We do: the exact search does not
     * need it, the graph search is fast enough without (see MemorySearchBenchmark), and the module would print a
     * warning of its own. The logger is kept here because a logger that nobody holds forgets its level.
     */
    private static final Logger VECTOR_WARNING =
            Logger.getLogger("org.apache.lucene.internal.vectorization.VectorizationProvider");

    static {
        VECTOR_WARNING.setLevel(Level.SEVERE);
    }

    private static final String LOCK = "memory.lock";
    private static final int CONNECTIONS = 16;
    private static final int BEAM_WIDTH = 100;
    /** So many parts of about the same size become one. */
    private static final int PARTS = 5;
    private static final double LARGEST_BUFFER_MB = 256;

    private final Path path;
    private final Directory directory;
    private final Tuning tuning;
    private final Analyzer analyzer = new StandardAnalyzer();

    private LuceneIndex(Path path, Directory directory, Tuning tuning) {
        this.path = path;
        this.directory = directory;
        this.tuning = tuning;
    }

    /** Something that may fail with the disk. */
    @FunctionalInterface
    interface DiskCall<T> {
        T run() throws IOException;
    }

    /** Runs a call on the index of {@code path}; what fails becomes a Problem that names it. */
    static <T> T call(Path path, DiskCall<T> call) {
        try {
            return call.run();
        } catch (IOException failure) {
            throw problem(path, failure);
        }
    }

    /** Opens the directory, which must exist. */
    static LuceneIndex open(Path path, Tuning tuning) {
        if (!Files.isDirectory(path)) {
            throw Problem.of("%s: %s; a memory is a directory, made with: pluglm memory create", path,
                    Files.exists(path) ? "not a directory" : "there is no such directory");
        }
        return call(path, () -> new LuceneIndex(path, FSDirectory.open(path), tuning));
    }

    Path path() {
        return path;
    }

    Directory directory() {
        return directory;
    }

    StoreCommits commits() {
        return new StoreCommits(path, directory);
    }

    Tuning tuning() {
        return tuning;
    }

    Analyzer analyzer() {
        return analyzer;
    }

    /** Takes the right to edit, until it is closed. */
    Lock lock() {
        return call(path, () -> lock(directory));
    }

    private static Lock lock(Directory directory) throws IOException {
        return directory.obtainLock(LOCK);
    }

    /** Removes a directory in which a process that died was making a memory; one that is being filled is left alone. */
    static void removeAbandoned(Path draft) throws IOException {
        try (Directory directory = FSDirectory.open(draft); Lock nobodyElse = lock(directory)) {
            nobodyElse.ensureValid();
            IOUtils.rm(draft);
        } catch (LockObtainFailedException underWay) {
            return;
        }
    }

    /**
     * A writer for one edit, that starts from the given commit, or else from the latest. It must be closed with
     * {@link IndexWriter#rollback}, which drops whatever was not committed.
     */
    IndexWriter writer(OpenMode mode, Optional<IndexCommit> from) throws IOException {
        LogMergePolicy merges = new LogDocMergePolicy();
        merges.setMergeFactor(PARTS);
        IndexWriterConfig config = new IndexWriterConfig(analyzer)
                .setOpenMode(mode)
                .setCodec(codec())
                .setIndexDeletionPolicy(new KeptEdits(path, tuning.undoable()))
                // Merges neighbours only, so that rows stay in the order in which passages were added.
                .setMergePolicy(merges)
                .setMergeScheduler(new SerialMergeScheduler())
                .setMaxFullFlushMergeWaitMillis(0)
                .setRAMBufferSizeMB(Math.min(LARGEST_BUFFER_MB, Runtime.getRuntime().maxMemory() / 8.0 / (1 << 20)))
                .setCommitOnClose(false);
        from.ifPresent(config::setIndexCommit);
        return new IndexWriter(directory, config);
    }

    /** Lucene's own codec with its vector format set where it asks for it: through FilterCodec nothing is found. */
    private Codec codec() {
        KnnVectorsFormat keys = new Lucene104HnswScalarQuantizedVectorsFormat(
                ScalarEncoding.SEVEN_BIT, CONNECTIONS, BEAM_WIDTH, 1, null, tuning.graphFrom());
        return new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return keys;
            }
        };
    }

    /**
     * Merges what an edit wrote as far as it should be: every search walks every graph, so there is to be one, whatever
     * that costs; the edit that made another one had tens of thousands of passages to encode.
     */
    void merge(IndexWriter writer) throws IOException {
        writer.flush();
        writer.maybeMerge();
        int graphs = 0;
        try (DirectoryReader parts = DirectoryReader.open(writer)) {
            for (LeafReaderContext part : parts.leaves()) {
                graphs += tuning.hasGraph(part.reader().maxDoc()) ? 1 : 0;
            }
            if (graphs < 2 || parts.numDocs() < tuning.exactBelow()) {
                return;
            }
        }
        writer.forceMerge(1);
    }

    static Problem problem(Path path, IOException failure) {
        return switch (failure) {
            case IndexNotFoundException none -> new Problem(path + ": holds no memory; create one with:"
                    + " pluglm memory create", none);
            case IndexFormatTooOldException old -> new Problem(path + ": written by a Lucene that is too old ("
                    + line(old) + "); export it with the version of PlugLM that made it, then import it here", old);
            case IndexFormatTooNewException young -> new Problem(path + ": written by a newer Lucene (" + line(young)
                    + "); use the version of PlugLM that made it", young);
            case LockObtainFailedException held -> new Problem(path + ": another edit is under way, here or in another"
                    + " process; try again when it is done", held);
            case CorruptIndexException corrupt -> damaged(path, corrupt);
            case EOFException ended -> damaged(path, ended);
            case FileNotFoundException missing -> damaged(path, missing);
            case NoSuchFileException missing -> damaged(path, missing);
            case AccessDeniedException denied -> new Problem("%s: its permissions, or those of %s, do not let you"
                    .formatted(path, denied.getFile()), denied);
            case DirectoryNotEmptyException taken -> inTheWay(path, taken);
            case FileAlreadyExistsException taken -> inTheWay(path, taken);
            default -> new Problem(path + ": cannot be read or written (" + line(failure)
                    + "); the memory is as the last edit left it", failure);
        };
    }

    private static Problem inTheWay(Path path, IOException failure) {
        return new Problem(path + ": something else was put there meanwhile; name another directory", failure);
    }

    static Problem damaged(Path path, Throwable failure) {
        if (failure instanceof Problem known) {
            return known;
        }
        if (failure instanceof IllegalArgumentException && line(failure).contains("Could not load codec")) {
            return new Problem(path + ": written by another Lucene (" + line(failure)
                    + "); use the version of PlugLM that made it", failure);
        }
        return new Problem(path + ": the memory is damaged (" + line(failure) + "); restore the directory from a copy",
                failure);
    }

    private static String line(Throwable failure) {
        String message = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        return message.replaceAll("\\s+", " ");
    }

    @Override
    public void close() {
        call(path, () -> {
            directory.close();
            return path;
        });
    }
}
