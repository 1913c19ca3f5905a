package dev.pluglm.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Lines of a file in UTF-8, each held only up to a limit. */
final class LineSource {
    /** What a line turned out to be. */
    enum Kind { TEXT, TOO_LONG, NOT_UTF8 }

    /**
     * One line without its line break.
     *
     * @param text empty unless the kind is TEXT
     */
    record Line(Kind kind, String text) {}

    private final InputStream in;
    private final int maxBytes;
    private byte[] bytes = new byte[1 << 12];
    private final byte[] block = new byte[1 << 15];
    private int blockAt;
    private int blockEnd;
    private long number;

    /** @param maxChars lines of more characters than this may be too long; four times as many bytes always are */
    LineSource(InputStream in, int maxChars) {
        this.in = in;
        this.maxBytes = (int) Math.min(Integer.MAX_VALUE - 16, 4L * maxChars);
    }

    /** The number of the line that was read last, from 1. */
    long number() {
        return number;
    }

    /** The next line, or null at the end. */
    Line next() throws IOException {
        int length = 0;
        boolean any = false;
        boolean tooLong = false;
        while (true) {
            if (blockAt == blockEnd) {
                blockEnd = in.read(block, 0, block.length);
                blockAt = 0;
                if (blockEnd <= 0) {
                    blockEnd = 0;
                    return any ? finish(length, tooLong) : null;
                }
            }
            any = true;
            int end = blockAt;
            while (end < blockEnd && block[end] != '\n') {
                end++;
            }
            int piece = end - blockAt;
            tooLong |= piece > maxBytes - length;
            if (!tooLong) {
                ensure(length + piece);
                System.arraycopy(block, blockAt, bytes, length, piece);
                length += piece;
            }
            boolean ended = end < blockEnd;
            blockAt = ended ? end + 1 : end;
            if (ended) {
                return finish(length, tooLong);
            }
        }
    }

    private void ensure(int length) {
        if (bytes.length < length) {
            bytes = java.util.Arrays.copyOf(bytes, (int) Math.min(Math.max(maxBytes, 1 << 12),
                    Math.max(2L * bytes.length,
                    length)));
        }
    }

    private Line finish(int length, boolean tooLong) {
        number++;
        if (tooLong) {
            return new Line(Kind.TOO_LONG, "");
        }
        int start = number == 1 && length >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb
                && bytes[2] == (byte) 0xbf ? 3 : 0;
        int end = length > start && bytes[length - 1] == '\r' ? length - 1 : length;
        try {
            return new Line(Kind.TEXT, StandardCharsets.UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, end - start)).toString());
        } catch (CharacterCodingException e) {
            return new Line(Kind.NOT_UTF8, "");
        }
    }
}
