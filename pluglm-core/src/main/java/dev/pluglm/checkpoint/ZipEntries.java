package dev.pluglm.checkpoint;

import dev.pluglm.checkpoint.ZipDirectory.Entry;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The content of a zip in a mapped file. java.util.zip tells neither where an entry's bytes lie (so that they can be
 * used in place) nor that two entries have one name, hence {@link ZipDirectory}.
 */
final class ZipEntries {
    /** Unpacked bytes that are accepted for all entries together: so many times the file, and this much more. */
    private static final long MAX_RATIO = 16;
    private static final long SLACK = 16L << 20;

    private final MappedFile file;
    private final Map<String, Entry> entries;
    private long unpacked;

    ZipEntries(MappedFile file) {
        this.file = file;
        this.entries = ZipDirectory.read(file);
    }

    Map<String, Entry> entries() {
        return entries;
    }

    /** The bytes of an entry: a view where it is stored, unpacked into the file's arena where it is deflated. */
    MemorySegment bytes(Entry entry) {
        MemorySegment packed = file.bytes().asSlice(entry.dataStart(), entry.packedSize());
        MemorySegment bytes = entry.deflated() ? inflate(entry, packed) : packed;
        // PyTorch writes 0 where the user asked it not to compute checksums.
        if (entry.crc() != 0 && crc(bytes) != entry.crc()) {
            throw file.problem("the checksum of entry %s does not match its content: the file is damaged",
                    Shown.quoted(entry.name()));
        }
        return bytes;
    }

    private MemorySegment inflate(Entry entry, MemorySegment packed) {
        long allowed = SLACK + MAX_RATIO * file.bytes().byteSize();
        if (entry.size() > allowed - unpacked) {
            throw file.problem("entry %s would unpack to %d bytes, which makes more than %d times the file in all",
                    Shown.quoted(entry.name()), entry.size(), MAX_RATIO);
        }
        unpacked += entry.size();
        MemorySegment target = file.arena().allocate(entry.size());
        try (Inflater inflater = new Inflater(true)) {
            long in = 0;
            long out = 0;
            while (!inflater.finished()) {
                if (inflater.needsInput() && in < packed.byteSize()) {
                    long length = Math.min(1 << 20, packed.byteSize() - in);
                    inflater.setInput(packed.asSlice(in, length).asByteBuffer());
                    in += length;
                }
                // One byte more than there should be, to notice an entry that is longer than it says.
                ByteBuffer room = out < entry.size()
                        ? target.asSlice(out, Math.min(1 << 20, entry.size() - out)).asByteBuffer()
                        : ByteBuffer.allocate(1);
                int count = inflater.inflate(room);
                out += count;
                if (out > entry.size() || count == 0 && !inflater.finished()
                        && (in == packed.byteSize() && inflater.needsInput() || inflater.needsDictionary())) {
                    break;
                }
            }
            if (!inflater.finished() || out != entry.size() || inflater.getBytesRead() != packed.byteSize()) {
                throw file.problem("entry %s does not unpack to the %d bytes that it says", Shown.quoted(entry.name()),
                        entry.size());
            }
        } catch (DataFormatException e) {
            throw file.problem("entry %s cannot be unpacked: %s", Shown.quoted(entry.name()), e.getMessage());
        }
        return target;
    }

    private static long crc(MemorySegment bytes) {
        CRC32 crc = new CRC32();
        long chunk = 1 << 28;
        for (long at = 0; at < bytes.byteSize(); at += chunk) {
            crc.update(bytes.asSlice(at, Math.min(chunk, bytes.byteSize() - at)).asByteBuffer());
        }
        return crc.getValue();
    }
}
