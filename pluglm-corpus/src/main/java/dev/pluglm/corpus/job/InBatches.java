package dev.pluglm.corpus.job;

import dev.pluglm.corpus.Document;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Works on many documents at a time on all processors, and takes what comes of them in their order. */
final class InBatches<T> implements Sink {
    private static final int MOST = 1024;
    private static final long MOST_CHARS = 4L << 20;

    /** What is done with the parts of a document. */
    interface Use<T> {
        void of(Document document, List<T> parts) throws IOException;
    }

    private final Function<Document, List<T>> work;
    private final Use<T> use;
    private final List<Document> batch = new ArrayList<>();
    private long chars;

    /** @param work called by many threads at a time */
    InBatches(Function<Document, List<T>> work, Use<T> use) {
        this.work = work;
        this.use = use;
    }

    @Override
    public void take(Document document) throws IOException {
        batch.add(document);
        chars += document.length();
        if (batch.size() == MOST || chars >= MOST_CHARS) {
            end();
        }
    }

    @Override
    public void end() throws IOException {
        List<List<T>> done = batch.parallelStream().map(work).toList();
        for (int i = 0; i < done.size(); i++) {
            use.of(batch.get(i), done.get(i));
        }
        batch.clear();
        chars = 0;
    }
}
