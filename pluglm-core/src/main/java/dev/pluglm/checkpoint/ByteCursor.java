package dev.pluglm.checkpoint;

import dev.pluglm.problem.Problem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads little-endian numbers and bytes one after another and never past the end. */
final class ByteCursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String place;
    private final MemorySegment bytes;
    private long position;

    /** @param place what is read, for messages: the file, or the file and a part of it */
    ByteCursor(String place, MemorySegment bytes) {
        this.place = place;
        this.bytes = bytes;
    }

    long position() {
        return position;
    }

    void moveTo(long place) {
        if (place < 0 || place > bytes.byteSize()) {
            throw problem("points to byte %d of %d", place, bytes.byteSize());
        }
        position = place;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    /** The next bytes without copying them. */
    MemorySegment slice(long length) {
        if (length < 0 || length > remaining()) {
            throw problem("ends after byte %d where %s more bytes were expected from byte %d", bytes.byteSize(),
                    Long.toUnsignedString(length), position);
        }
        MemorySegment slice = bytes.asSlice(position, length);
        position += length;
        return slice;
    }

    /** The next bytes, copied; refused before anything is allocated if there are more than {@code limit}. */
    byte[] array(long length, int limit, String what) {
        if (length < 0 || length > limit) {
            throw problem("says at byte %d that %s takes %s bytes, at most %d are accepted", position, what,
                    Long.toUnsignedString(length), limit);
        }
        return slice(length).toArray(ValueLayout.JAVA_BYTE);
    }

    String utf8(long length, int limit, String what) {
        long start = position;
        byte[] encoded = array(length, limit, what);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
        } catch (CharacterCodingException e) {
            throw problem("%s at byte %d is not valid UTF-8", what, start);
        }
    }

    int u8() {
        return slice(1).get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
    }

    int u16() {
        return slice(2).get(SHORT, 0) & 0xFFFF;
    }

    int i32() {
        return slice(4).get(INT, 0);
    }

    long u32() {
        return i32() & 0xFFFFFFFFL;
    }

    long i64() {
        return slice(8).get(LONG, 0);
    }

    double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(i64()));
    }

    /** A protocol buffer's or LevelDB's variable-length number. */
    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (next & 0x7FL) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw problem("has a number of more than 64 bits before byte %d", position);
    }

    Problem problem(String format, Object... arguments) {
        return Problem.of("%s: %s", place, String.format(java.util.Locale.ROOT, format, arguments));
    }
}
