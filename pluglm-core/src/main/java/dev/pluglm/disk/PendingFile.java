package dev.pluglm.disk;

import dev.pluglm.problem.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is being written beside its target and takes the target's place when {@link #commit()} is called.
 *
 * <p>Closing without a commit removes what was written and leaves the target as it was. For one thread.
 */
public final class PendingFile implements AutoCloseable {
    private static final int CHUNK = 1 << 20;

    private final Path target;
    private final Path beside;
    private final FileChannel channel;
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    private boolean done;

    /**
     * Starts a file that will become {@code target}; directories above it are made as needed.
     *
     * @throws Problem if the place cannot be written to, or {@code target} is a directory
     */
    public PendingFile(Path target) {
        this.target = target.toAbsolutePath();
        this.beside = AtomicFiles.beside(this.target);
        try {
            if (Files.isDirectory(target)) {
                throw Problem.of("%s: is a directory, a file was to be written there", target);
            }
            Files.createDirectories(this.target.getParent());
            this.channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw AtomicFiles.unwritable(target, e);
        }
    }

    /** Appends all remaining bytes of {@code bytes}. */
    public void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw AtomicFiles.unwritable(target, e);
        }
    }

    /** Appends all bytes of {@code segment}, on or off the heap, of any size. */
    public void write(MemorySegment segment) {
        for (long at = 0; at < segment.byteSize(); at += CHUNK) {
            int length = (int) Math.min(CHUNK, segment.byteSize() - at);
            chunk.clear().limit(length);
            MemorySegment.ofBuffer(chunk).copyFrom(segment.asSlice(at, length));
            write(chunk);
        }
    }

    /** Writes bytes in the place of those that were written there before, such as a count that is known at the end. */
    public void overwrite(long at, ByteBuffer bytes) {
        try {
            for (long position = at; bytes.hasRemaining();) {
                position += channel.write(bytes, position);
            }
        } catch (IOException e) {
            throw AtomicFiles.unwritable(target, e);
        }
    }

    /** A stream that appends to this file; closing it neither commits nor closes the file. Not buffered. */
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                PendingFile.this.write(ByteBuffer.wrap(new byte[] {(byte) b}));
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                PendingFile.this.write(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    /** Forces the bytes to the disk and moves the file to its target, replacing what was there. */
    public void commit() {
        if (done) {
            throw new IllegalStateException(target + " is committed or closed already");
        }
        try {
            channel.force(true);
            channel.close();
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            done = true;
            AtomicFiles.forceDirectory(target.getParent());
        } catch (IOException e) {
            throw AtomicFiles.unwritable(target, e);
        }
    }

    /** Removes what was written, unless it was committed. */
    @Override
    public void close() {
        if (done) {
            return;
        }
        done = true;
        try {
            channel.close();
            Files.deleteIfExists(beside);
        } catch (IOException e) {
            throw AtomicFiles.unwritable(target, e);
        }
    }
}
