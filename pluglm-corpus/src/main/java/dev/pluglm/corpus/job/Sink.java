package dev.pluglm.corpus.job;

import dev.pluglm.corpus.Document;

import java.io.IOException;

/** Where the documents of a corpus go, in their order. */
interface Sink {
    void take(Document document) throws IOException;

    /** There are no more documents. */
    default void end() throws IOException {}
}
