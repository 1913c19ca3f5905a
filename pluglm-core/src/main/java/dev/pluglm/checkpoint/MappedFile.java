package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file as memory, read-only, until it is closed; and an arena for what has to be unpacked from it. */
record MappedFile(Path path, MemorySegment bytes, Arena arena) implements AutoCloseable {

    /** Reads a parser's result out of a mapped file. */
    interface Parser<T> {
        T parse(MappedFile file);
    }

    static MappedFile open(Path path) {
        checkReadable(path);
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), arena);
        } catch (IOException e) {
            arena.close();
            throw unreadable(path, e);
        }
    }

    static void checkReadable(Path path) {
        if (!Files.exists(path)) {
            throw Problem.of("%s: there is no such file", path);
        }
        if (!Files.isRegularFile(path)) {
            throw Problem.of("%s: is not a regular file", path);
        }
    }

    static Problem unreadable(Path path, IOException e) {
        String why = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
        return new Problem(path + ": could not be read: " + why, e);
    }

    /** Opens a file and parses it; closed again if the parser fails, otherwise the result owns it. */
    static <T> T parse(Path path, Parser<T> parser) {
        MappedFile file = open(path);
        boolean parsed = false;
        try {
            T result = parser.parse(file);
            parsed = true;
            return result;
        } finally {
            if (!parsed) {
                file.close();
            }
        }
    }

    Problem problem(String format, Object... arguments) {
        return Problem.of("%s: %s", path, String.format(java.util.Locale.ROOT, format, arguments));
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
