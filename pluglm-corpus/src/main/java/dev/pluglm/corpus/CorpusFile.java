package dev.pluglm.corpus;

import dev.pluglm.disk.PackedFile;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** One open file of a corpus. */
final class CorpusFile implements AutoCloseable {
    private final Path path;
    private final String name;
    private final PackedFile bytes;

    private CorpusFile(Path path, String name, PackedFile bytes) {
        this.path = path;
        this.name = name;
        this.bytes = bytes;
    }

    /**
     * @param name what documents call the file that they come from
     * @throws Problem if the file is missing, unreadable, or damaged right at its start
     */
    static CorpusFile open(Path path, String name) {
        try {
            return new CorpusFile(path, name, PackedFile.open(path));
        } catch (NoSuchFileException e) {
            throw new Problem(path + ": no such file", e);
        } catch (IOException e) {
            throw new Problem("%s: cannot be read: %s".formatted(path, Shown.reason(e)), e);
        }
    }

    Path path() {
        return path;
    }

    String name() {
        return name;
    }

    /** How it is packed, such as {@code gzip}; empty where it is not. */
    String packing() {
        return bytes.packing();
    }

    /** The unpacked bytes; supports marks. Damage shows as an IOException whose message says where. */
    InputStream bytes() {
        return bytes;
    }

    /** See {@link PackedFile#damageAhead}. */
    Optional<IOException> damageAhead() {
        return bytes.damageAhead();
    }

    /** How many bytes of the file, as it lies on disk, have been read. */
    long bytesRead() {
        return bytes.bytesRead();
    }

    @Override
    public void close() {
        try {
            bytes.close();
        } catch (IOException e) {
            // It was open for reading only: nothing can be lost.
        }
    }
}
