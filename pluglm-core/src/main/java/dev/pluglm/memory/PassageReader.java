package dev.pluglm.memory;

import dev.pluglm.disk.PackedFile;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.PassageSplitter;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads passages from files, packed or not, one after the other.
 *
 * <ul>
 * <li>JSON lines ({@code .jsonl}, {@code .ndjson}, {@code .json}, or a file that begins with an opening brace): one
 *     object a line, with {@code text} and optionally {@code id}, {@code title} and {@code source}; all other fields
 *     become metadata. Without an id it is {@code FILENAME-LINE}.
 * <li>Plain text (everything else): paragraphs, divided by empty lines, with ids {@code FILENAME-N} counted from 1, and
 *     the file's name as source. (Of files with the same name the path stands for the name.)
 * </ul>
 *
 * <p>A text that is too long is split (see {@link PassageSplitter}); its parts get the ids {@code ID#1}, {@code ID#2}
 * and so on. Only one line or paragraph (16 MiB at most) is in memory at a time, and the ids, which may come but once.
 */
public final class PassageReader {

    private final Optional<PassageSplitter> splitter;
    private final LongConsumer progress;

    /** A reader that tells nobody how far it is. */
    public PassageReader(PassageSplitter splitter) {
        this(splitter, bytes -> {});
    }

    /**
     * @param splitter splits texts that are too long
     * @param progress told, as passages are given, how many bytes of all files have been read from the disk
     */
    public PassageReader(PassageSplitter splitter, LongConsumer progress) {
        this(Optional.of(splitter), progress);
    }

    private PassageReader(Optional<PassageSplitter> splitter, LongConsumer progress) {
        this.splitter = splitter;
        this.progress = progress;
    }

    /**
     * The passages of a file as they were written out: none is split, and texts may be empty, as in a memory of which
     * only the tokens are known. Else as {@link #read}.
     */
    public static Stream<Passage> whole(Path file) {
        return new PassageReader(Optional.empty(), bytes -> {}).read(List.of(file));
    }

    /**
     * The passages of these files, read while the stream is used; it must be closed.
     *
     * <p>The stream throws a {@link Problem} that names file and line where a file cannot be read, is not UTF-8, is
     * damaged, or has a passage without a text or with an id that was there before.
     */
    public Stream<Passage> read(List<Path> files) {
        Reading reading = new Reading(List.copyOf(files));
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(reading,
                Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE), false).onClose(reading::close);
    }

    private final class Reading implements Iterator<Passage> {
        private final List<Path> files;
        private final Map<Path, Long> ofThatName;
        private final SeenIds seen;
        private final Queue<Passage> ready = new ArrayDeque<>();
        private int file = -1;
        private long bytesOfFinished;
        private Optional<Source> source = Optional.empty();

        Reading(List<Path> files) {
            this.files = files;
            this.ofThatName = files.stream().collect(Collectors.groupingBy(Path::getFileName, Collectors.counting()));
            this.seen = new SeenIds(files);
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty()) {
                if (source.isEmpty()) {
                    if (file + 1 == files.size()) {
                        return false;
                    }
                    file++;
                    source = Optional.of(new Source(files.get(file), name(files.get(file)), splitter.isPresent()));
                }
                Source current = source.get();
                Optional<Passage> passage = current.next();
                progress.accept(bytesOfFinished + current.lines.bytesRead());
                if (passage.isPresent()) {
                    split(passage.get(), current.passageLine);
                } else {
                    bytesOfFinished += current.lines.bytesRead();
                    close();
                }
            }
            return true;
        }

        /** The file's name, or its whole path where another file has the same name. */
        private String name(Path one) {
            return (ofThatName.get(one.getFileName()) == 1 ? one.getFileName() : one).toString();
        }

        @Override
        public Passage next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no more passages");
            }
            return ready.remove();
        }

        private void split(Passage passage, long line) {
            seen.add(passage.id(), file, line);
            List<String> parts = splitter.map(it -> it.split(passage.title(), passage.text())).orElse(List.of());
            if (parts.size() < 2) {
                ready.add(passage);
                return;
            }
            for (int part = 1; part <= parts.size(); part++) {
                String id = passage.id() + "#" + part;
                seen.add(id, file, line);
                ready.add(new Passage(id, parts.get(part - 1), passage.title(), passage.source(), passage.metadata()));
            }
        }

        void close() {
            source.ifPresent(current -> current.lines.close());
            source = Optional.empty();
        }
    }

    /** One file: JSON lines or paragraphs. */
    private static final class Source {
        private final TextLines lines;
        private final String name;
        private final boolean json;
        private final boolean textNeeded;
        private Optional<String> pending;
        private long passageLine;
        private long paragraphs;

        Source(Path file, String name, boolean textNeeded) {
            this.name = name;
            this.textNeeded = textNeeded;
            lines = TextLines.open(file);
            try {
                pending = lines.next();
                json = isJson(PackedFile.unpackedName(file), pending.orElse(""));
            } catch (Problem problem) {
                lines.close();
                throw problem;
            }
        }

        private static boolean isJson(String name, String firstLine) {
            if (name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json")) {
                return true;
            }
            return !name.endsWith(".txt") && firstLine.stripLeading().startsWith("{");
        }

        Optional<Passage> next() {
            while (pending.isPresent() && pending.get().isBlank()) {
                pending = lines.next();
            }
            if (pending.isEmpty()) {
                return Optional.empty();
            }
            passageLine = lines.lineNumber();
            return Optional.of(json ? object() : paragraph());
        }

        private Passage object() {
            Passage passage = PassageLine.parse(pending.get(), lines.place(), name + "-" + passageLine, textNeeded);
            pending = lines.next();
            return passage;
        }

        private Passage paragraph() {
            String place = lines.place();
            StringBuilder text = new StringBuilder(pending.get());
            pending = lines.next();
            while (pending.isPresent() && !pending.get().isBlank()) {
                if (text.length() + pending.get().length() > TextLines.LONGEST_LINE) {
                    throw Problem.of("%s: a paragraph longer than %d characters; divide it by empty lines", place,
                            TextLines.LONGEST_LINE);
                }
                text.append('\n').append(pending.get());
                pending = lines.next();
            }
            paragraphs++;
            return new Passage(name + "-" + paragraphs, text.toString(), Optional.empty(), Optional.of(name), Map.of());
        }
    }
}
