package dev.pluglm.text;

import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The word pieces a model knows, numbered from 0 in the order of {@code vocab.txt} (SPEC 2): one a line, UTF-8.
 *
 * <p>Special tokens are found by name, so vocabularies of any size and order work; all five of {@code [PAD]},
 * {@code [UNK]}, {@code [CLS]}, {@code [SEP]} and {@code [MASK]} have to be there. Immutable.
 */
public final class Vocabulary {

    static final String PADDING = "[PAD]";
    static final String UNKNOWN = "[UNK]";
    static final String CLASSIFICATION = "[CLS]";
    static final String SEPARATOR = "[SEP]";
    static final String MASK = "[MASK]";
    static final List<String> SPECIALS = List.of(PADDING, UNKNOWN, CLASSIFICATION, SEPARATOR, MASK);

    /** Far above any vocabulary (BERT's has 231 kB), far below what would hurt. */
    static final int LARGEST_FILE = 64 << 20;

    private final List<String> tokens;
    private final Map<String, Integer> ids;

    private Vocabulary(List<String> tokens, Map<String, Integer> ids) {
        this.tokens = tokens;
        this.ids = ids;
    }

    /**
     * A vocabulary of these tokens; the first gets id 0.
     *
     * @throws Problem if a token is empty, there twice or contains a line break, or a special token is missing
     */
    public static Vocabulary of(List<String> tokens) {
        return of(tokens, "vocabulary");
    }

    /**
     * Reads a {@code vocab.txt}. Lines may end in LF or CR LF; a byte order mark at the start is skipped.
     *
     * @throws Problem if the file cannot be read, is empty, larger than 64 MiB, not UTF-8, has an empty line or a token
     *     twice, or lacks a special token; the message names the line
     */
    public static Vocabulary read(Path file) {
        return of(lines(file, bytes(file)), file.toString());
    }

    private static Vocabulary of(List<String> tokens, String where) {
        Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            if (token.isEmpty()) {
                throw Problem.of("%s, line %d: an empty line; expected one token a line, remove the line", where,
                        id + 1);
            }
            if (token.indexOf('\n') >= 0 || token.indexOf('\r') >= 0) {
                throw Problem.of("%s, line %d: a token with a line break; tokens are one a line", where, id + 1);
            }
            Integer earlier = ids.putIfAbsent(token, id);
            if (earlier != null) {
                throw Problem.of("%s, line %d: token '%s' is in line %d already; each token has one id, remove one",
                        where, id + 1, shown(token), earlier + 1);
            }
        }
        if (tokens.isEmpty()) {
            throw Problem.of("%s: empty; expected a BERT vocabulary, one token a line", where);
        }
        List<String> missing = SPECIALS.stream().filter(special -> !ids.containsKey(special)).toList();
        if (!missing.isEmpty()) {
            throw Problem.of("%s: no %s among its %d tokens; expected a BERT vocabulary with %s, one token a line",
                    where, String.join(" and no ", missing), tokens.size(), String.join(" ", SPECIALS));
        }
        return new Vocabulary(List.copyOf(tokens), ids);
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw Problem.of("%s: larger than %d bytes; expected a vocabulary, one token a line", file,
                        LARGEST_FILE);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new Problem(file + ": no such file; expected a vocabulary, one token a line", e);
        } catch (IOException e) {
            throw new Problem(file + ": cannot be read (" + e.getMessage() + "); expected a vocabulary file", e);
        }
    }

    private static List<String> lines(Path file, byte[] bytes) {
        List<String> lines = new ArrayList<>();
        int start = startsWithMark(bytes) ? 3 : 0;
        for (int at = start; at <= bytes.length; at++) {
            if (at < bytes.length && bytes[at] != '\n') {
                continue;
            }
            if (at == bytes.length && start == at) {
                break; // The line break of the last line.
            }
            int end = at > start && bytes[at - 1] == '\r' ? at - 1 : at;
            lines.add(line(file, lines.size() + 1, bytes, start, end));
            start = at + 1;
        }
        return lines;
    }

    private static String line(Path file, int number, byte[] bytes, int start, int end) {
        try {
            // A decoder of its own reports what new String would quietly replace.
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, end - start)).toString();
        } catch (CharacterCodingException e) {
            throw new Problem("%s, line %d: not UTF-8; expected a vocabulary in UTF-8, one token a line"
                    .formatted(file, number), e);
        }
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
    }

    private static String shown(String token) {
        String plain = token.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 60 ? plain : plain.substring(0, 60) + "...";
    }

    /** Writes the vocabulary as {@code vocab.txt}: whole or, where that fails, not at all. */
    public void write(Path file) {
        byte[] bytes = (String.join("\n", tokens) + "\n").getBytes(StandardCharsets.UTF_8);
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            deleteQuietly(beside, e);
            throw new Problem(file + ": the vocabulary cannot be written (" + e.getMessage() + ")", e);
        }
    }

    private static void deleteQuietly(Path file, IOException reason) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** How many tokens there are; ids are smaller. */
    public int size() {
        return tokens.size();
    }

    /** All tokens, in the order of their ids. */
    public List<String> tokens() {
        return tokens;
    }

    /** The id of a token, {@code ##} included, or nothing if there is no such token. */
    public OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * The token with this id.
     *
     * @throws IllegalArgumentException if there is no such id
     */
    public String token(int id) {
        if (id < 0 || id >= tokens.size()) {
            throw new IllegalArgumentException(
                    "token id %d is not in a vocabulary of %d tokens".formatted(id, tokens.size()));
        }
        return tokens.get(id);
    }

    /** Whether this is the id of one of the five special tokens. */
    public boolean isSpecial(int id) {
        return SPECIALS.contains(token(id));
    }

    /** Id of {@code [PAD]}, which fills up shorter sequences of a batch. */
    public int padding() {
        return ids.get(PADDING);
    }

    /** Id of {@code [UNK]}, which stands for words that cannot be put together from the vocabulary. */
    public int unknown() {
        return ids.get(UNKNOWN);
    }

    /** Id of {@code [CLS]}, which begins every sequence. */
    public int classification() {
        return ids.get(CLASSIFICATION);
    }

    /** Id of {@code [SEP]}, which ends every text of a sequence. */
    public int separator() {
        return ids.get(SEPARATOR);
    }

    /** Id of {@code [MASK]}, which stands for a token to be predicted. */
    public int mask() {
        return ids.get(MASK);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vocabulary that && tokens.equals(that.tokens);
    }

    @Override
    public int hashCode() {
        return tokens.hashCode();
    }

    @Override
    public String toString() {
        return "vocabulary of " + tokens.size() + " tokens";
    }
}
