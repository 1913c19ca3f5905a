package dev.pluglm.disk;

import com.github.luben.zstd.ZstdInputStream;

import java.io.IOException;
import java.io.InputStream;

import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * How a file is packed, told by its first bytes; files of several streams in a row (multistream dumps) are one text.
 */
public enum Compression {
    NONE("not compressed"),
    GZIP("gzip"),
    BZIP2("bzip2"),
    ZSTD("zstd");

    private static final int MAGIC = 4;

    private final String title;

    Compression(String title) {
        this.title = title;
    }

    /** Looks at the first bytes of a stream that supports marks and leaves it where it was. */
    static Compression of(InputStream in) throws IOException {
        in.mark(MAGIC);
        byte[] magic = in.readNBytes(MAGIC);
        in.reset();
        if (startsWith(magic, 0x1f, 0x8b)) {
            return GZIP;
        }
        if (startsWith(magic, 'B', 'Z', 'h')) {
            return BZIP2;
        }
        return startsWith(magic, 0x28, 0xb5, 0x2f, 0xfd) ? ZSTD : NONE;
    }

    InputStream unpack(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> GzipCompressorInputStream.builder().setInputStream(in).setDecompressConcatenated(true).get();
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
            case ZSTD -> new ZstdInputStream(in);
        };
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return title;
    }
}
