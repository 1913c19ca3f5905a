package dev.pluglm.text;

import java.nio.charset.StandardCharsets;

/**
 * Cuts long texts where it makes no difference to their tokens, so that the native library, which needs a hundred bytes
 * for each character, never sees a whole book.
 */
final class TextChunks {

    private static final int CHUNK = 1 << 15;

    private TextChunks() {}

    static boolean isSingle(String text) {
        return text.length() <= CHUNK;
    }

    /** Where the chunk that begins at {@code from} ends, exclusive: behind a space or the like, or further on. */
    static int end(String text, int from) {
        if (text.length() - from <= CHUNK) {
            return text.length();
        }
        for (int at = from + CHUNK; at > from; at--) {
            if (isBoundary(text.charAt(at - 1))) {
                return at;
            }
        }
        for (int at = from + CHUNK; at < text.length(); at++) {
            if (isBoundary(text.charAt(at))) {
                return at + 1;
            }
        }
        return text.length();
    }

    /**
     * Characters behind which BERT always splits, and that are in no special token; other than spaces, they divide
     * texts without spaces, like Chinese ones.
     */
    private static boolean isBoundary(char c) {
        return c == ' ' || c == '\n' || ".,;:!?。，".indexOf(c) >= 0 || c >= '\u4E00' && c <= '\u9FFF';
    }

    /** The text with U+FFFD for surrogates without partner, which cannot be passed on; as long as it was. */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
            }
        }
        return text;
    }
}
