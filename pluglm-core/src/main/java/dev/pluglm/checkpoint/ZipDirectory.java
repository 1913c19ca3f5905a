package dev.pluglm.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what a zip says about its entries, zip64 included: strictly, and comparing every local header with the central
 * directory, so that no two programs can see different content in one file.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE.TXT</a>
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_SIZE = 22;
    private static final int LOCATOR_SIZE = 20;
    private static final long NONE16 = 0xFFFF;
    private static final long NONE32 = 0xFFFFFFFFL;
    private static final int MAX_ENTRIES = 200_000;
    private static final int MAX_NAME = 4096;

    private ZipDirectory() {}

    /** @param start where the entry's local header begins */
    record Entry(String name, boolean deflated, long crc, long packedSize, long size, long start, long dataStart) {
        long end() {
            return dataStart + packedSize;
        }
    }

    static Map<String, Entry> read(MappedFile file) {
        ByteCursor in = new ByteCursor(file.path().toString(), file.bytes());
        Extent directory = findDirectory(file, in);
        long count = directory.count;
        long offset = directory.offset;
        long directoryEnd = directory.end;
        if (count < 0 || count > MAX_ENTRIES) {
            throw file.problem("is a zip of %s entries, expected at most %d", Long.toUnsignedString(count),
                    MAX_ENTRIES);
        }
        if (offset < 0 || offset > directoryEnd || directory.size != directoryEnd - offset) {
            throw file.problem("its zip directory says that it takes %s bytes from byte %s, expected it to end at %d",
                    Long.toUnsignedString(directory.size), Long.toUnsignedString(offset), directoryEnd);
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        in.moveTo(offset);
        for (long i = 0; i < count; i++) {
            Entry entry = readEntry(file, in, offset);
            if (entries.put(entry.name, entry) != null) {
                throw file.problem("has two zip entries with the name %s", Shown.quoted(entry.name));
            }
        }
        if (in.position() != directoryEnd) {
            throw file.problem("its zip directory has %d bytes more than its %d entries", directoryEnd - in.position(),
                    count);
        }
        checkApart(file, entries);
        return entries;
    }

    private static long findEnd(MappedFile file, ByteCursor in) {
        long size = file.bytes().byteSize();
        for (long at = size - END_SIZE; at >= Math.max(0, size - END_SIZE - 0xFFFF); at--) {
            in.moveTo(at);
            if (in.i32() == END) {
                in.moveTo(at + END_SIZE - 2);
                if (in.u16() == size - at - END_SIZE) {
                    return at;
                }
            }
        }
        throw file.problem("starts like a zip but has no zip directory at its end: it is cut short");
    }

    /** What the end of the zip says about its directory, and where the directory has to end. */
    private record Extent(long count, long size, long offset, long end) {}

    private static Extent findDirectory(MappedFile file, ByteCursor in) {
        long end = findEnd(file, in);
        in.moveTo(end + 4);
        boolean split = in.i32() != 0;
        long count = in.u16();
        split |= count != in.u16();
        Extent small = new Extent(count, in.u32(), in.u32(), end);
        if (split) {
            throw file.problem("is one part of a zip in several parts");
        }
        if (end >= LOCATOR_SIZE) {
            in.moveTo(end - LOCATOR_SIZE);
            if (in.i32() == END64_LOCATOR) {
                return findDirectory64(file, in, small);
            }
        }
        return small;
    }

    /** PyTorch writes a zip64 record always, others only where the small one's fields are all ones. */
    private static Extent findDirectory64(MappedFile file, ByteCursor in, Extent small) {
        in.slice(4);
        long record = in.i64();
        in.moveTo(record);
        if (in.i32() == END64) {
            in.slice(20);
            long count = in.i64();
            Extent large = new Extent(in.i64(), in.i64(), in.i64(), record);
            if (count == large.count
                    && (small.count == NONE16 || small.count == count)
                    && (small.size == NONE32 || small.size == large.size)
                    && (small.offset == NONE32 || small.offset == large.offset)) {
                return large;
            }
        }
        throw file.problem("has a zip64 record at byte %d that is not one, or disagrees with the end of the zip",
                record);
    }

    private static Entry readEntry(MappedFile file, ByteCursor in, long directory) {
        long at = in.position();
        if (in.i32() != CENTRAL) {
            throw file.problem("has no zip directory entry at byte %d", at);
        }
        in.slice(4);
        int flags = in.u16();
        int method = in.u16();
        in.slice(4);
        long crc = in.u32();
        long packed = in.u32();
        long size = in.u32();
        int nameLength = in.u16();
        int extraLength = in.u16();
        int commentLength = in.u16();
        in.slice(8);
        long start = in.u32();
        String name = in.utf8(nameLength, MAX_NAME, "an entry's name");
        String shown = Shown.quoted(name);
        ByteCursor extra = new ByteCursor(file.path() + ": extra field of entry " + shown, in.slice(extraLength));
        in.slice(commentLength);
        while (extra.remaining() >= 4) {
            int id = extra.u16();
            ByteCursor field = new ByteCursor(file.path() + ": zip64 field of entry " + shown,
                    extra.slice(extra.u16()));
            if (id == 1) {
                size = size == NONE32 ? field.i64() : size;
                packed = packed == NONE32 ? field.i64() : packed;
                start = start == NONE32 ? field.i64() : start;
            }
        }
        if ((flags & 1) != 0 || method != 0 && method != 8) {
            throw file.problem("entry %s is encrypted or packed with method %d, expected stored or deflated", shown,
                    method);
        }
        if (size < 0 || packed < 0 || start < 0 || start >= directory || method == 0 && packed != size) {
            throw file.problem("entry %s says it has %d bytes, %d packed, from byte %d: impossible", shown, size,
                    packed, start);
        }
        Entry entry = new Entry(name, method == 8, crc, packed, size, start,
                checkLocal(file, name, start, flags, method, crc, packed, size));
        if (entry.dataStart > directory || packed > directory - entry.dataStart) {
            throw file.problem("entry %s says it has %d bytes from byte %d, which reaches into the zip directory at %d",
                    shown, packed, entry.dataStart, directory);
        }
        return entry;
    }

    private static long checkLocal(MappedFile file, String name, long start, int flags, int method, long crc,
            long packed, long size) {
        ByteCursor in = new ByteCursor(file.path().toString(), file.bytes());
        in.moveTo(start);
        boolean same = in.i32() == LOCAL;
        in.slice(2);
        int localFlags = in.u16();
        same &= (localFlags & 9) == (flags & 9) && in.u16() == method;
        in.moveTo(start + 14);
        long localCrc = in.u32();
        long localPacked = in.u32();
        long localSize = in.u32();
        boolean later = (localFlags & 8) != 0;
        same &= agrees(localCrc, crc, later) && agrees(localPacked, packed, later) && agrees(localSize, size, later);
        int nameLength = in.u16();
        int extraLength = in.u16();
        same &= nameLength <= MAX_NAME && name.equals(in.utf8(nameLength, 0xFFFF, "an entry's name"));
        if (!same) {
            throw file.problem("entry %s is described otherwise at byte %d than in the zip directory",
                    Shown.quoted(name), start);
        }
        in.slice(extraLength);
        return in.position();
    }

    /** Sizes may be zero if they follow the data, and all ones if they stand in a zip64 field. */
    private static boolean agrees(long local, long central, boolean later) {
        return local == central || later && local == 0 || local == NONE32;
    }

    private static void checkApart(MappedFile file, Map<String, Entry> entries) {
        List<Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparingLong(Entry::start));
        for (int i = 1; i < ordered.size(); i++) {
            if (ordered.get(i).start < ordered.get(i - 1).end()) {
                throw file.problem("zip entries %s and %s overlap", Shown.quoted(ordered.get(i - 1).name),
                        Shown.quoted(ordered.get(i).name));
            }
        }
    }
}
