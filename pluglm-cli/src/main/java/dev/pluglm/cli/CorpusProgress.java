package dev.pluglm.cli;

import dev.pluglm.corpus.ReadCounts;

import java.util.OptionalLong;

/** Shows how far the reading of a corpus is, and then the balancing of its shards. */
final class CorpusProgress implements dev.pluglm.corpus.Progress, AutoCloseable {
    private final Console console;
    private Progress shown;
    private boolean balancing;

    CorpusProgress(Console console, long bytes) {
        this.console = console;
        shown = console.progress("reading", bytes);
    }

    @Override
    public void at(long bytesRead, long bytesTotal, ReadCounts counts) {
        shown.to(bytesRead, () -> Console.count(counts.documents(), "document")
                + (counts.bad() == 0 ? "" : ", " + Console.count(counts.bad(), "bad record")));
    }

    @Override
    public void balancing(long done, long total) {
        if (!balancing) {
            balancing = true;
            shown.close();
            shown = console.progress("balancing", "samples", OptionalLong.of(total));
        }
        shown.to(done);
    }

    @Override
    public void close() {
        shown.close();
    }
}
