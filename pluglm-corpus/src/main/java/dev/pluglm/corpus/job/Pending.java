package dev.pluglm.corpus.job;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file or directory that is made beside its target and takes its place when it is finished, or vanishes. */
final class Pending implements AutoCloseable {
    private final Path target;
    private final Path beside;

    Pending(Path target) {
        this.target = target.toAbsolutePath();
        this.beside = this.target.resolveSibling("." + this.target.getFileName() + ".unfinished");
        try {
            Files.createDirectories(this.target.getParent());
            AtomicFiles.deleteTree(beside);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /** Where to write. */
    Path path() {
        return beside;
    }

    /** Forces it to the disk and moves it to its place. */
    void commit() {
        try {
            if (Files.isRegularFile(beside)) {
                try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            } else if (Files.isDirectory(target)) {
                // Empty, as was checked before the work began; a directory cannot be moved onto another.
                Files.delete(target);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    static Problem unwritable(Path target, IOException e) {
        return new Problem("%s: cannot be written: %s; look for room on the disk and the right to write there"
                .formatted(target, e.getMessage()), e);
    }

    @Override
    public void close() {
        try {
            AtomicFiles.deleteTree(beside);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }
}
