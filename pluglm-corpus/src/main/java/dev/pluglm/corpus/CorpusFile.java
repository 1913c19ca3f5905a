package dev.pluglm.corpus;

import dev.pluglm.problem.Problem;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** One open file of a corpus: its unpacked bytes, and how far the packed ones have been read. */
final class CorpusFile implements AutoCloseable {
    static final int BUFFER = 1 << 16;
    private static final int LONGEST_BLOCK = 2 << 20;

    private final Path path;
    private final String name;
    private final Counting packed;
    private final Compression compression;
    private final BufferedInputStream bytes;

    private CorpusFile(Path path, String name, Counting packed, Compression compression, BufferedInputStream bytes) {
        this.path = path;
        this.name = name;
        this.packed = packed;
        this.compression = compression;
        this.bytes = bytes;
    }

    /**
     * @param name what documents call the file that they come from
     * @throws Problem if the file is missing, unreadable, or damaged right at its start
     */
    static CorpusFile open(Path path, String name) {
        InputStream raw = null;
        try {
            raw = Files.newInputStream(path);
            Counting packed = new Counting(raw);
            BufferedInputStream in = new BufferedInputStream(packed, BUFFER);
            Compression compression = Compression.of(in);
            InputStream unpacked = new Unpacking(compression.unpack(in), packed, compression);
            return new CorpusFile(path, name, packed, compression, new BufferedInputStream(unpacked, BUFFER));
        } catch (NoSuchFileException e) {
            throw new Problem(path + ": no such file", e);
        } catch (IOException e) {
            close(raw);
            throw new Problem("%s: cannot be read: %s".formatted(path, reason(e)), e);
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
        return compression == Compression.NONE ? "" : compression.toString();
    }

    /** The unpacked bytes; supports marks. Damage shows as an IOException whose message says where. */
    BufferedInputStream bytes() {
        return bytes;
    }

    /**
     * What is wrong with the packed data, where that is why its content made no sense: the checksum of a block comes
     * only after the block.
     */
    Optional<IOException> damageAhead() {
        if (compression != Compression.NONE) {
            byte[] ignored = new byte[BUFFER];
            try {
                for (int read = 0, some = 0; some >= 0 && read < LONGEST_BLOCK; read += some) {
                    some = bytes.read(ignored, 0, ignored.length);
                }
            } catch (IOException e) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }

    /** How many bytes of the file, as it lies on disk, have been read. */
    long bytesRead() {
        return packed.count;
    }

    @Override
    public void close() {
        close(bytes);
    }

    private static void close(InputStream in) {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                // It was open for reading only: nothing can be lost.
            }
        }
    }

    static String reason(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage().lines().findFirst().orElse("");
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
                String packing = compression == Compression.NONE ? "" : compression + " ";
                String message = "the %sdata cannot be read on near byte %d of the file (%s); it is cut off or "
                        + "damaged, fetch it again";
                throw new IOException(message.formatted(packing, packed.count, reason(e)), e);
            }
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
