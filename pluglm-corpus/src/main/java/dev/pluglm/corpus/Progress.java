package dev.pluglm.corpus;

/** Hears how far the reading of a corpus has come; called often, from the reading thread, so it should be quick. */
@FunctionalInterface
public interface Progress {

    /**
     * Told after each document and each file.
     *
     * @param bytesRead bytes of the files, as they lie on disk, read so far
     * @param bytesTotal bytes of all files together
     * @param counts documents and bad records so far
     */
    void at(long bytesRead, long bytesTotal, ReadCounts counts);

    /**
     * Told while samples are dealt out to shards, after all reading.
     *
     * @param done samples that have their place
     * @param total samples of all shards
     */
    default void balancing(long done, long total) {}

    /** Tells nobody. */
    static Progress none() {
        return (read, total, counts) -> { };
    }
}
