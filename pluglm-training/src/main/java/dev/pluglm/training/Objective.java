package dev.pluglm.training;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What is learned. Hands out the work of one update after another, in an order that is fixed by its seed.
 *
 * <p>Used by one thread.
 */
public interface Objective extends AutoCloseable {

    /** The work of the next update: this process's share of it. */
    Work next();

    /** Passes over the work of so many updates: what {@link #next} gives then is the work of the one after. */
    void skip(long updates);

    /**
     * Identifies the data, 64 hexadecimal digits: a run that goes on must find the data that it began with.
     */
    String fingerprint();

    /** Called when that many updates are made, for what has to follow the weights; in every process. */
    default void updated(long updates) {}

    /** Writes what it needs to go on, beyond its seed and its data, into a checkpoint that is being made. */
    default void save(Path directory) throws IOException {}

    /** Takes up what {@link #save} wrote. */
    default void restore(Path directory) {}

    @Override
    default void close() {}
}
