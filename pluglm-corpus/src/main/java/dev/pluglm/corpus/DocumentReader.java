package dev.pluglm.corpus;

import dev.pluglm.problem.Problem;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Delivers the documents of a file or of a whole corpus one after the other, in memory that does not grow with it.
 *
 * <p>A record that cannot be read is counted and skipped. A file that cannot be read on (cut off, damaged, not what it
 * claims to be) ends the reading: once every document before that place is delivered, {@link #hasNext()} throws a
 * {@link Problem} that names file and place. For one thread.
 */
public interface DocumentReader extends Iterator<Document>, AutoCloseable {

    /** What has been met so far. */
    ReadCounts counts();

    @Override
    void close();

    /** The remaining documents; closing the stream closes this reader. */
    default Stream<Document> stream() {
        int order = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, order), false).onClose(this::close);
    }
}
