package dev.pluglm.disk;

import dev.pluglm.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes files and directories beside their target, forces them to the disk and moves them into place.
 *
 * <p>A reader, or the next start after a crash, finds the old content or the new one. A failure leaves nothing behind;
 * a killed process can leave a hidden file or directory whose name ends with {@value #SUFFIX}, which is safe to delete.
 */
public final class AtomicFiles {
    /** How the names of unfinished files and directories end. */
    public static final String SUFFIX = ".unfinished";

    private AtomicFiles() {}

    /** Fills a new, empty directory. */
    @FunctionalInterface
    public interface DirectoryContent {
        void writeInto(Path directory) throws IOException;
    }

    /**
     * Writes a small file whole, replacing what was there.
     *
     * @throws Problem if it cannot be written; the target is then as it was
     */
    public static void write(Path target, byte[] content) {
        try (PendingFile file = new PendingFile(target)) {
            file.write(ByteBuffer.wrap(content));
            file.commit();
        }
    }

    /**
     * Makes a directory whose content appears all at once.
     *
     * @param target must not exist, or be an empty directory
     * @throws Problem if there is something at {@code target} already, or it cannot be written
     */
    public static void createDirectory(Path target, DirectoryContent content) {
        if (!isFree(target)) {
            throw Problem.of("%s: exists already and is not an empty directory; "
                    + "choose another place or delete it first", target);
        }
        build(target, content, beside -> {
            // Not every system renames onto an empty directory.
            Files.deleteIfExists(target);
            Files.move(beside, target.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE);
        });
    }

    /**
     * Makes a directory and puts it where another one was, which is then deleted. Two renames: a process killed just
     * between them leaves the old directory under its {@value #SUFFIX} name beside the place.
     *
     * @throws Problem if it cannot be written; the old directory is then back in its place
     */
    public static void replaceDirectory(Path target, DirectoryContent content) {
        if (!Files.exists(target)) {
            createDirectory(target, content);
            return;
        }
        Path place = target.toAbsolutePath();
        Path old = beside(place);
        build(target, content, fresh -> {
            Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
            try {
                Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
                throw e;
            }
        });
        try {
            deleteTree(old);
        } catch (IOException e) {
            throw unwritable(old, e);
        }
    }

    private interface Move {
        void into(Path beside) throws IOException;
    }

    private static void build(Path target, DirectoryContent content, Move move) {
        Path beside = beside(target.toAbsolutePath());
        try {
            try {
                Files.createDirectories(beside);
                content.writeInto(beside);
                forceTree(beside);
                move.into(beside);
                forceDirectory(beside.getParent());
            } finally {
                deleteTree(beside);
            }
        } catch (IOException e) {
            throw unwritable(target, e);
        } catch (Problem e) {
            // Nobody knows the hidden name.
            throw new Problem(e.getMessage().replace(beside.toString(), target.toString()), e);
        }
    }

    private static boolean isFree(Path target) {
        if (!Files.exists(target)) {
            return true;
        }
        if (!Files.isDirectory(target)) {
            return false;
        }
        try (Stream<Path> inside = Files.list(target)) {
            return inside.findAny().isEmpty();
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    private static void forceTree(Path root) throws IOException {
        for (Path path : tree(root)) {
            if (Files.isDirectory(path)) {
                forceDirectory(path);
            } else {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
    }

    /** Deletes a file, or a directory with all that is in it; does nothing where there is none. */
    public static void deleteTree(Path root) throws IOException {
        if (Files.exists(root)) {
            for (Path path : tree(root)) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Everything below and including {@code root}, children before their directory. */
    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.sorted(Comparator.reverseOrder()).toList();
        }
    }

    static Path beside(Path target) {
        if (target.getFileName() == null) {
            throw Problem.of("%s: is not a place for a file or a directory", target);
        }
        return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + SUFFIX);
    }

    /** Makes the renames inside {@code directory} last; where a system cannot open directories there is no need. */
    static void forceDirectory(Path directory) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            return;
        }
        try (channel) {
            channel.force(true);
        }
    }

    static Problem unwritable(Path target, IOException e) {
        String why = switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException file -> file.getFile() + " is in the way";
            case NoSuchFileException missing -> "no such directory";
            case DirectoryNotEmptyException full -> "the directory is not empty";
            default -> String.valueOf(e.getMessage());
        };
        return new Problem(target + ": could not be written: " + why, e);
    }
}
