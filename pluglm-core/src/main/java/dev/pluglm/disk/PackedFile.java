package dev.pluglm.disk;

import dev.pluglm.problem.Shown;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file opened for reading and unpacked, where its first bytes say that it is packed: by gzip, bzip2 or zstd. Supports
 * marks. An error tells how far the file was read, whatever a decompressor makes of damaged data.
 */
public final class PackedFile extends FilterInputStream {

    /** Bytes that are read ahead, and so the longest mark that costs nothing. */
    public static final int BUFFER = 1 << 16;

    private static final int LONGEST_BLOCK = 2 << 20;

    private final Counting packed;
    private final Compression compression;

    private PackedFile(InputStream bytes, Counting packed, Compression compression) {
        super(bytes);
        this.packed = packed;
        this.compression = compression;
    }

    /** @throws IOException if there is no such file, it cannot be read, or it is damaged right at its start */
    public static PackedFile open(Path file) throws IOException {
        InputStream raw = raw(file);
        try {
            Counting packed = new Counting(raw);
            BufferedInputStream in = new BufferedInputStream(packed, BUFFER);
            Compression compression = Compression.of(in);
            InputStream unpacked = new Unpacking(start(compression, in, packed), packed, compression);
            return new PackedFile(new BufferedInputStream(unpacked, BUFFER), packed, compression);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static InputStream start(Compression compression, InputStream in, Counting packed) throws IOException {
        try {
            return compression.unpack(in);
        } catch (IOException | RuntimeException e) {
            throw broken(compression, packed.count, e);
        }
    }

    private static InputStream raw(Path file) throws IOException {
        try {
            return Files.newInputStream(file);
        } catch (AccessDeniedException e) {
            throw new IOException("its permissions do not let you", e);
        }
    }

    /** The name of a file without the ending that tells how it is packed: {@code facts.jsonl} of facts.jsonl.gz. */
    public static String unpackedName(Path file) {
        return file.getFileName().toString().replaceFirst("\\.(gz|bz2|zst)$", "");
    }

    /** How it is packed, such as {@code gzip}; empty where it is not. */
    public String packing() {
        return compression == Compression.NONE ? "" : compression.toString();
    }

    /** How many bytes of the file, as it lies on disk, have been read. */
    public long bytesRead() {
        return packed.count;
    }

    /**
     * What is wrong with the packed data, where that is why its content made no sense: the checksum of a block comes
     * only after the block.
     */
    public Optional<IOException> damageAhead() {
        if (compression != Compression.NONE) {
            byte[] ignored = new byte[BUFFER];
            try {
                for (int read = 0, some = 0; some >= 0 && read < LONGEST_BLOCK; read += some) {
                    some = read(ignored, 0, ignored.length);
                }
            } catch (IOException e) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }

    private static IOException broken(Compression compression, long at, Exception e) {
        String reason = Shown.reason(e);
        if (compression == Compression.NONE) {
            return new IOException("cannot be read near byte %d (%s)".formatted(at, reason), e);
        }
        return new IOException(e instanceof EOFException
                ? "the %s data is cut off after byte %d of the file; fetch it again".formatted(compression, at)
                : ("the %s data cannot be read on near byte %d of the file (%s); it is cut off or damaged, "
                        + "fetch it again").formatted(compression, at, reason), e);
    }

    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            count += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count += Math.max(read, 0);
            return read;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }

    /** Turns whatever a decompressor throws on damaged data into one kind of error with a place. */
    private static final class Unpacking extends FilterInputStream {
        private final Counting packed;
        private final Compression compression;

        Unpacking(InputStream in, Counting packed, Compression compression) {
            super(in);
            this.packed = packed;
            this.compression = compression;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException | RuntimeException e) {
                throw broken(compression, packed.count, e);
            }
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
