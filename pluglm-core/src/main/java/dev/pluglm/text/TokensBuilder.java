package dev.pluglm.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;

import java.util.Arrays;

/** Tokens while they are put together. */
final class TokensBuilder {

    private int length;
    private boolean truncated;
    private int[] ids = new int[16];
    private int[] typeIds = new int[16];
    private int[] wordIds = new int[16];
    private int[] charStart = new int[16];
    private int[] charEnd = new int[16];

    int length() {
        return length;
    }

    /** Adds a token that is not in the text. */
    void add(int id, int typeId) {
        add(id, typeId, -1, 0, 0);
    }

    /** Adds the first {@code count} tokens of another sequence. */
    void add(TokensBuilder pieces, int count, int typeId) {
        for (int i = 0; i < count; i++) {
            add(pieces.ids[i], typeId, pieces.wordIds[i], pieces.charStart[i], pieces.charEnd[i]);
        }
        truncated |= count < pieces.length;
    }

    /** Adds what the library found in {@code chunk}, a part of the text that begins at char {@code offset}. */
    void add(Encoding encoding, String chunk, int offset) {
        long[] found = encoding.getIds();
        long[] words = encoding.getWordIds();
        CharSpan[] spans = encoding.getCharTokenSpans();
        int firstWord = length == 0 ? 0 : wordIds[length - 1] + 1;
        CodePoints codePoints = new CodePoints(chunk);
        for (int i = 0; i < found.length; i++) {
            // Tokens come in the order of the text, so each span begins where the last one did or later.
            int start = codePoints.charAt(spans[i].getStart());
            int end = codePoints.charAt(spans[i].getEnd());
            add((int) found[i], 0, firstWord + (int) words[i], offset + start, offset + end);
        }
    }

    /** Makes all tokens part of one word. */
    void sameWord(int word) {
        Arrays.fill(wordIds, 0, length, word);
    }

    private void add(int id, int typeId, int wordId, int start, int end) {
        if (length == ids.length) {
            int larger = Math.max(length + 1, (int) Math.min(Integer.MAX_VALUE - 8, length * 2L));
            ids = Arrays.copyOf(ids, larger);
            typeIds = Arrays.copyOf(typeIds, larger);
            wordIds = Arrays.copyOf(wordIds, larger);
            charStart = Arrays.copyOf(charStart, larger);
            charEnd = Arrays.copyOf(charEnd, larger);
        }
        ids[length] = id;
        typeIds[length] = typeId;
        wordIds[length] = wordId;
        charStart[length] = start;
        charEnd[length] = end;
        length++;
    }

    Tokens build() {
        return new Tokens(Arrays.copyOf(ids, length), Arrays.copyOf(typeIds, length), Arrays.copyOf(wordIds, length),
                Arrays.copyOf(charStart, length), Arrays.copyOf(charEnd, length), truncated);
    }

    /** Translates the library's positions, counted in code points, into chars: positions rise or fall a little. */
    private static final class CodePoints {
        private final String text;
        private int codePoint;
        private int at;

        CodePoints(String text) {
            this.text = text;
        }

        int charAt(int position) {
            at = text.offsetByCodePoints(at, position - codePoint);
            codePoint = position;
            return at;
        }
    }
}
