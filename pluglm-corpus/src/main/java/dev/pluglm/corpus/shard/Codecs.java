package dev.pluglm.corpus.shard;

import com.github.luben.zstd.Zstd;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Parquet's own codecs go through Hadoop; these do not. A page that claims to be larger than 256 MiB is refused. */
final class Codecs implements CompressionCodecFactory {
    private static final int LARGEST_PAGE = 256 << 20;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return new BytesInputCompressor() {
            @Override
            public BytesInput compress(BytesInput bytes) throws IOException {
                return BytesInput.from(Codecs.compress(codec, whole(bytes)));
            }

            @Override
            public CompressionCodecName getCodecName() {
                return codec;
            }

            @Override
            public void release() { }
        };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return new BytesInputDecompressor() {
            @Override
            public BytesInput decompress(BytesInput bytes, int size) throws IOException {
                return BytesInput.from(Codecs.decompress(codec, whole(bytes), size));
            }

            @Override
            public void decompress(ByteBuffer in, int inSize, ByteBuffer out, int outSize) throws IOException {
                byte[] packed = new byte[inSize];
                in.get(packed);
                out.put(Codecs.decompress(codec, packed, outSize));
            }

            @Override
            public void release() { }
        };
    }

    @Override
    public void release() { }

    private static byte[] whole(BytesInput bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.toIntExact(bytes.size()));
        bytes.writeAllTo(out);
        return out.toByteArray();
    }

    private static byte[] compress(CompressionCodecName codec, byte[] bytes) throws IOException {
        return switch (codec) {
            case UNCOMPRESSED -> bytes;
            case SNAPPY -> Snappy.compress(bytes);
            case ZSTD -> Zstd.compress(bytes);
            case GZIP -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                    gzip.write(bytes);
                }
                yield out.toByteArray();
            }
            default -> throw unsupported(codec);
        };
    }

    private static byte[] decompress(CompressionCodecName codec, byte[] bytes, int size) throws IOException {
        if (size < 0 || size > LARGEST_PAGE) {
            throw new IOException("a page of " + size + " bytes, expected at most " + LARGEST_PAGE);
        }
        byte[] page = switch (codec) {
            case UNCOMPRESSED -> bytes;
            case SNAPPY -> {
                if (Snappy.uncompressedLength(bytes) != size) {
                    throw new IOException("a page of another size than its header says");
                }
                yield Snappy.uncompress(bytes);
            }
            case ZSTD -> Zstd.decompress(bytes, size);
            case GZIP -> new GZIPInputStream(new ByteArrayInputStream(bytes)).readNBytes(size);
            default -> throw unsupported(codec);
        };
        if (page.length != size) {
            throw new IOException("a page of %d bytes, its header says %d".formatted(page.length, size));
        }
        return page;
    }

    private static IOException unsupported(CompressionCodecName codec) {
        return new IOException("is compressed with " + codec + "; expected snappy, zstd, gzip or nothing");
    }
}
