package dev.pluglm.corpus;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.util.NoSuchElementException;

/** What the readers of all formats share: looking one document ahead, counting, naming the place of a problem. */
abstract class RecordReader implements DocumentReader {
    final CorpusFile file;
    final ReadOptions options;
    private final Tally tally;
    private long records;
    private Document next;
    private boolean ended;

    RecordReader(CorpusFile file, ReadOptions options, Tally tally) {
        this.file = file;
        this.options = options;
        this.tally = tally;
    }

    /** Opens a file with the reader of its format. */
    static RecordReader open(CorpusFile file, ReadOptions options, Tally tally) {
        try {
            Format format = options.format().isPresent() ? options.format().get() : FormatDetector.detect(file);
            return switch (format) {
                case MEDIAWIKI -> new MediaWikiReader(file, options, tally);
                case PUBMED -> new PubmedReader(file, options, tally);
                case JATS -> new JatsReader(file, options, tally);
                case S2ORC, JSON_LINES -> new JsonLinesReader(file, options, tally, format);
                case TEXT, SOURCE_LINES -> new PlainTextReader(file, options, tally, format);
            };
        } catch (IOException e) {
            throw new Problem(file.path() + ": " + Shown.reason(e), e);
        }
    }

    /**
     * The next document, or null at the end of the file.
     *
     * @throws IOException if the file cannot be read on from here
     */
    abstract Document read() throws IOException;

    /** The place that was read last, like {@code line 12}. */
    abstract String position();

    @Override
    public final boolean hasNext() {
        if (next == null && !ended) {
            try {
                next = read();
                ended = next == null;
            } catch (IOException e) {
                ended = true;
                throw new Problem("%s, %s: %s".formatted(file.path(), place(), Shown.reason(e)), e);
            } catch (Problem e) {
                ended = true;
                throw e;
            }
        }
        return next != null;
    }

    @Override
    public final Document next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no document left in " + file.path());
        }
        Document document = next;
        next = null;
        tally.document();
        return document;
    }

    final void startRecord() {
        records++;
    }

    final void skip() {
        tally.skipped();
    }

    final void bad(String reason) {
        tally.bad(file.path() + ", " + place(), reason);
    }

    final long records() {
        return records;
    }

    private String place() {
        return records == 0 ? position() : "record %d (%s)".formatted(records, position());
    }

    final String source() {
        return file.name();
    }

    @Override
    public ReadCounts counts() {
        return tally.counts();
    }

    @Override
    public void close() {
        file.close();
    }
}
