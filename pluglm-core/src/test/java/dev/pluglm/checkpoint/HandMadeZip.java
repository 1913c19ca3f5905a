package dev.pluglm.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes a zip by the format's description, entry after entry; the changes make it lie. */
final class HandMadeZip {
    /** Where fields lie in a local header and in a directory entry. */
    static final int LOCAL_METHOD = 8;
    static final int LOCAL_SIZE = 22;
    static final int LOCAL_NAME = 30;
    static final int CENTRAL_FLAGS = 8;
    static final int CENTRAL_METHOD = 10;
    static final int CENTRAL_CRC = 16;
    static final int CENTRAL_PACKED = 20;
    static final int CENTRAL_SIZE = 24;
    static final int CENTRAL_OFFSET = 42;
    static final int CENTRAL_NAME = 46;

    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final ByteBuffer out = ByteBuffer.allocate(1 << 23).order(ByteOrder.LITTLE_ENDIAN);
    private boolean deflated;
    private int comment;
    private Consumer<ByteBuffer> localChange = header -> { };
    private Consumer<ByteBuffer> centralChange = header -> { };
    private Consumer<ByteBuffer> endChange = header -> { };

    static HandMadeZip of(String name, byte[] content) {
        return new HandMadeZip().with(name, content);
    }

    HandMadeZip with(String name, byte[] content) {
        entries.put(name, content);
        return this;
    }

    HandMadeZip deflated() {
        deflated = true;
        return this;
    }

    HandMadeZip comment(int length) {
        comment = length;
        return this;
    }

    /** The change is made to each local header, the buffer begins with it. */
    HandMadeZip local(Consumer<ByteBuffer> change) {
        localChange = change;
        return this;
    }

    HandMadeZip central(Consumer<ByteBuffer> change) {
        centralChange = change;
        return this;
    }

    HandMadeZip end(Consumer<ByteBuffer> change) {
        endChange = change;
        return this;
    }

    Path write(Path file) throws IOException {
        ByteBuffer directory = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        entries.forEach((name, content) -> {
            byte[] packed = deflated ? deflate(content) : content;
            CRC32 crc = new CRC32();
            crc.update(content);
            int start = out.position();
            byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
            out.putInt(0x04034b50).putShort((short) 20);
            fields(out, crc, packed.length, content.length, encoded.length);
            out.put(encoded);
            localChange.accept(at(out, start));
            out.put(packed);
            int central = directory.position();
            directory.putInt(0x02014b50).putShort((short) 20).putShort((short) 20);
            fields(directory, crc, packed.length, content.length, encoded.length);
            directory.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0).putInt(start).put(encoded);
            centralChange.accept(at(directory, central));
        });
        int start = out.position();
        out.put(directory.flip());
        int end = out.position();
        short count = (short) entries.size();
        out.putInt(0x06054b50).putInt(0).putShort(count).putShort(count).putInt(end - start).putInt(start)
                .putShort((short) comment);
        endChange.accept(at(out, end));
        out.put(new byte[comment]);
        return Files.write(file, Arrays.copyOf(out.array(), out.position()));
    }

    private void fields(ByteBuffer header, CRC32 crc, int packed, int size, int name) {
        header.putShort((short) 0x800).putShort((short) (deflated ? 8 : 0)).putInt(0).putInt((int) crc.getValue())
                .putInt(packed).putInt(size).putShort((short) name).putShort((short) 0);
    }

    private static ByteBuffer at(ByteBuffer buffer, int start) {
        return buffer.duplicate().position(start).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] deflate(byte[] content) {
        byte[] packed = new byte[content.length + 64];
        try (Deflater deflater = new Deflater(9, true)) {
            deflater.setInput(content);
            deflater.finish();
            return Arrays.copyOf(packed, deflater.deflate(packed));
        }
    }
}
