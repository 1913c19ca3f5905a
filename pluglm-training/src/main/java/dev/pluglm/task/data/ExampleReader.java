package dev.pluglm.task.data;

import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The examples of a file in their order, read as they are asked for. For one thread; has to be closed.
 *
 * <p>{@link #hasNext} and {@link #next} throw a {@link Problem} of one line with file and place where the file is
 * damaged, an example is broken, or there are no examples at all; there is no next one after that.
 *
 * @param <E> the kind of example
 */
public final class ExampleReader<E> implements Iterator<E>, AutoCloseable {

    private final Path file;
    private final Source<E> source;
    private Optional<E> next = Optional.empty();
    private boolean ended;
    private long count;

    ExampleReader(Path file, Source<E> source) {
        this.file = file;
        this.source = source;
    }

    /** Where examples come from. */
    interface Source<E> extends AutoCloseable {

        /** The next one, or nothing at the end. */
        Optional<E> next();

        /** How many were left out on purpose, by the reason. */
        default Map<String, Long> leftOut() {
            return Map.of();
        }

        @Override
        void close();
    }

    @Override
    public boolean hasNext() {
        if (next.isEmpty() && !ended) {
            ended = true; // Also if the next line throws.
            next = source.next();
            ended = next.isEmpty();
            if (ended && count == 0) {
                throw Problem.of("%s: no examples in it%s; expected at least one", file,
                        leftOut().isEmpty() ? "" : " but those left out: " + leftOut());
            }
        }
        return next.isPresent();
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no example left in " + file);
        }
        E example = next.orElseThrow();
        next = Optional.empty();
        count++;
        return example;
    }

    /** How many examples have been left out until now, by the reason, like {@code judged wrong}. */
    public Map<String, Long> leftOut() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(source.leftOut()));
    }

    /** The examples that are left; closing the stream closes this. */
    public Stream<E> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this,
                Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE), false).onClose(this::close);
    }

    /** The examples that are left, all in memory; closes this. */
    public List<E> readAll() {
        try (this) {
            List<E> all = new ArrayList<>();
            forEachRemaining(all::add);
            return Collections.unmodifiableList(all);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
