package dev.pluglm.memory;

import dev.pluglm.disk.PackedFile;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lines of a UTF-8 file, packed or not, one at a time. A line is held in memory only up to a limit, so neither a file
 * without line ends nor a packed bomb fills it.
 */
public final class TextLines implements AutoCloseable {

    /** Bytes of a line at most. */
    static final int LONGEST_LINE = 16 << 20;

    private static final int KEPT_BUFFER = 1 << 20;

    private final Path file;
    private final PackedFile in;
    private byte[] line = new byte[8192];
    private int length;
    private long lineNumber;
    private long lineStart;
    private long nextStart;

    private TextLines(Path file, PackedFile in) {
        this.file = file;
        this.in = in;
    }

    /**
     * Opens a file.
     *
     * @throws Problem if there is none, or it cannot be read
     */
    public static TextLines open(Path file) {
        if (Files.isDirectory(file)) {
            throw Problem.of("%s: a folder; expected a file of passages, name the files in it", file);
        }
        try {
            return new TextLines(file, PackedFile.open(file));
        } catch (NoSuchFileException e) {
            throw new Problem(file + ": no such file; expected JSON lines or plain text", e);
        } catch (IOException e) {
            throw new Problem("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * The next line without its line end, or nothing at the end of the file.
     *
     * @throws Problem if it is too long, not UTF-8, or the file is damaged; the message names file and line
     */
    public Optional<String> next() {
        lineNumber++;
        lineStart = nextStart;
        length = 0;
        if (line.length > KEPT_BUFFER) {
            line = new byte[8192]; // One long line should not stay for the whole file.
        }
        try {
            int b = in.read();
            if (b < 0) {
                return Optional.empty();
            }
            while (b >= 0 && b != '\n') {
                append(b);
                b = in.read();
            }
            nextStart = lineStart + length + (b < 0 ? 0 : 1);
        } catch (IOException e) {
            throw new Problem(place() + ": " + e.getMessage(), e);
        }
        return Optional.of(decoded());
    }

    private void append(int b) {
        if (b == 0) {
            throw Problem.of("%s: a NUL byte at byte %d; expected text in UTF-8, is it a binary file or UTF-16?",
                    place(), lineStart + length);
        }
        if (length == LONGEST_LINE) {
            throw Problem.of("%s: longer than %d bytes; expected one passage or paragraph, divide it", place(),
                    LONGEST_LINE);
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, Math.min(LONGEST_LINE, line.length * 2));
        }
        line[length++] = (byte) b;
    }

    private String decoded() {
        boolean mark = lineNumber == 1 && length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB
                && line[2] == (byte) 0xBF;
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        ByteBuffer bytes = ByteBuffer.wrap(line, 0, end);
        bytes.position(mark ? 3 : 0);
        CharBuffer chars = CharBuffer.allocate(bytes.remaining());
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(bytes, chars, true);
        if (result.isError()) {
            throw Problem.of("%s: not UTF-8 at byte %d (0x%02x); expected text in UTF-8, convert it with iconv",
                    place(), lineStart + bytes.position(), bytes.get(bytes.position()) & 0xff);
        }
        return chars.flip().toString();
    }

    /** The number of the line that {@link #next} gave last, from 1 on. */
    public long lineNumber() {
        return lineNumber;
    }

    /** File and line, as messages begin. */
    public String place() {
        return "%s, line %d".formatted(file, lineNumber);
    }

    /** Bytes read from the disk until now, compressed ones where the file is. */
    public long bytesRead() {
        return in.bytesRead();
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new Problem("%s: cannot be closed (%s)".formatted(file, e.getMessage()), e);
        }
    }
}
