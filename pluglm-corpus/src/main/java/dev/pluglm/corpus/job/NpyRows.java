package dev.pluglm.corpus.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes rows of ids to a .npy file whose number of rows is known only at the end. */
final class NpyRows implements AutoCloseable {
    private static final int HEADER = 128;

    private final FileChannel channel;
    private final ByteBuffer buffer;
    private final ElementType type;
    private final int length;
    private long rows;

    NpyRows(Path file, ElementType type, int length) throws IOException {
        this.type = type;
        this.length = length;
        this.buffer = ByteBuffer.allocate(Math.max(1 << 16, length * type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        writeHeader();
        channel.position(HEADER);
    }

    /** Appends a row; zeros fill it up to its length. */
    void write(int[] ids) throws IOException {
        if (ids.length > length) {
            throw new IllegalArgumentException("%d ids for a row of %d".formatted(ids.length, length));
        }
        if (buffer.remaining() < length * type.bytes()) {
            flush();
        }
        for (int i = 0; i < length; i++) {
            int id = i < ids.length ? ids[i] : 0;
            if (type == ElementType.INT16) {
                buffer.putShort((short) id);
            } else {
                buffer.putInt(id);
            }
        }
        rows++;
    }

    long rows() {
        return rows;
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private void writeHeader() throws IOException {
        String dictionary = "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }"
                .formatted(type.description(), rows, length);
        ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) (HEADER - 10));
        String line = dictionary + " ".repeat(HEADER - 11 - dictionary.length()) + "\n";
        header.put(line.getBytes(StandardCharsets.US_ASCII));
        header.flip();
        for (long at = 0; header.hasRemaining();) {
            at += channel.write(header, at);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            flush();
            writeHeader();
        } finally {
            channel.close();
        }
    }
}
