package dev.pluglm.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The keys and values of a LevelDB table whose blocks are not compressed, every block checked against its checksum.
 *
 * @see <a href="https://github.com/google/leveldb/blob/main/doc/table_format.md">table_format.md</a>
 */
final class LevelDbTable {
    private static final int FOOTER = 48;
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int TRAILER = 5;
    private static final int MAX_KEY = 1 << 16;
    private static final int MAX_VALUE = 1 << 20;
    private static final int MAX_ENTRIES = 1_000_000;
    private static final int MASK_DELTA = 0xa282ead8;

    private final MappedFile file;
    private int entries;

    private LevelDbTable(MappedFile file) {
        this.file = file;
    }

    /** All keys and values in the order of the file, which is that of the keys. */
    static Map<String, byte[]> read(MappedFile file) {
        return new LevelDbTable(file).read();
    }

    private Map<String, byte[]> read() {
        long size = file.bytes().byteSize();
        ByteCursor in = new ByteCursor(file.path().toString(), file.bytes());
        if (size >= FOOTER) {
            in.moveTo(size - 8);
        }
        if (size < FOOTER || in.i64() != MAGIC) {
            throw file.problem("does not end like the index of a TensorFlow checkpoint (%d bytes): it is cut short or "
                    + "another kind of file", size);
        }
        in.moveTo(size - FOOTER);
        in.varint();
        in.varint();
        Map<String, byte[]> values = new LinkedHashMap<>();
        Map<String, byte[]> blocks = new LinkedHashMap<>();
        readBlock(in.varint(), in.varint(), blocks);
        blocks.forEach((last, handle) -> {
            ByteCursor place = new ByteCursor(file.path() + ": its index block", MemorySegment.ofArray(handle));
            readBlock(place.varint(), place.varint(), values);
        });
        return values;
    }

    private void readBlock(long offset, long length, Map<String, byte[]> into) {
        long size = file.bytes().byteSize();
        if (offset < 0 || length < 4 || length > size - TRAILER || offset > size - TRAILER - length) {
            throw file.problem("says that a block of %s bytes starts at byte %s, the file has %d",
                    Long.toUnsignedString(length), Long.toUnsignedString(offset), size);
        }
        ByteCursor block = new ByteCursor(file.path() + ": the block at byte " + offset,
                file.bytes().asSlice(offset, length));
        ByteCursor trailer = new ByteCursor(file.path().toString(), file.bytes().asSlice(offset + length, TRAILER));
        int compression = trailer.u8();
        if (trailer.i32() != maskedCrc(file.bytes().asSlice(offset, length + 1))) {
            throw block.problem("does not match its checksum: the file is damaged");
        }
        if (compression != 0) {
            throw block.problem("is compressed (kind %d), which is not read here; expected an uncompressed index",
                    compression);
        }
        block.moveTo(length - 4);
        long restarts = block.u32();
        if (restarts > (length - 4) / 4) {
            throw block.problem("says it has %d restart points in %d bytes", restarts, length);
        }
        long end = length - 4 - restarts * 4;
        block.moveTo(0);
        byte[] key = new byte[0];
        while (block.position() < end) {
            long shared = block.varint();
            long more = block.varint();
            long valueLength = block.varint();
            if (shared < 0 || shared > key.length) {
                throw block.problem("shares %s bytes with a key of %d before byte %d", Long.toUnsignedString(shared),
                        key.length, block.position());
            }
            byte[] rest = block.array(more, MAX_KEY - (int) shared, "a key");
            key = Arrays.copyOf(key, (int) shared + rest.length);
            System.arraycopy(rest, 0, key, (int) shared, rest.length);
            byte[] value = block.array(valueLength, MAX_VALUE, "a value");
            String name = new String(key, StandardCharsets.UTF_8);
            if (into.put(name, value) != null || ++entries > MAX_ENTRIES) {
                throw block.problem("has the key %s twice, or more than %d keys", Shown.quoted(name), MAX_ENTRIES);
            }
        }
        if (block.position() != end) {
            throw block.problem("has an entry that reaches over its end at byte %d", end);
        }
    }

    /** LevelDB's checksum: a CRC-32C, rotated and shifted so that checksums of checksums stay good. */
    static int maskedCrc(MemorySegment bytes) {
        CRC32C crc = new CRC32C();
        long chunk = 1 << 28;
        for (long at = 0; at < bytes.byteSize(); at += chunk) {
            MemorySegment part = bytes.asSlice(at, Math.min(chunk, bytes.byteSize() - at));
            if (part.isNative()) {
                crc.update(part.asByteBuffer());
            } else {
                crc.update(part.toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}
