package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.Span;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A tokenised document, small in memory: 2 bytes a token (4 where the vocabulary has more than 65,536 tokens), 4 a
 * sentence and 8 a span.
 */
final class StoredDocument {
    private final boolean wide;
    private final int titleTokens;
    private final char[] tokens;
    private final int[] sentenceEnds;
    private final int[] spans;

    /**
     * @param wide whether ids take two chars
     * @param ids of the sentences
     * @param sentenceEnds position after each sentence, ascending; the last is the number of ids
     * @param spans in the ids, ascending, none across sentences
     */
    StoredDocument(boolean wide, int[] title, int[] ids, int[] sentenceEnds, List<Span> spans) {
        this.wide = wide;
        this.titleTokens = title.length;
        this.sentenceEnds = sentenceEnds;
        this.tokens = new char[(title.length + ids.length) * (wide ? 2 : 1)];
        put(title, 0);
        put(ids, title.length);
        this.spans = spans.stream().flatMapToInt(span -> IntStream.of(span.from(), span.to()))
                .toArray();
    }

    private void put(int[] ids, int from) {
        for (int i = 0; i < ids.length; i++) {
            if (wide) {
                tokens[2 * (from + i)] = (char) (ids[i] >>> 16);
                tokens[2 * (from + i) + 1] = (char) ids[i];
            } else {
                tokens[from + i] = (char) ids[i];
            }
        }
    }

    private int get(int i) {
        return wide ? tokens[2 * i] << 16 | tokens[2 * i + 1] : tokens[i];
    }

    /** Tokens without the title. */
    int length() {
        return sentenceEnds[sentenceEnds.length - 1];
    }

    int titleLength() {
        return titleTokens;
    }

    int titleId(int at) {
        return get(at);
    }

    int id(int at) {
        return get(titleTokens + at);
    }

    int sentences() {
        return sentenceEnds.length;
    }

    int sentenceStart(int sentence) {
        return sentence == 0 ? 0 : sentenceEnds[sentence - 1];
    }

    int sentenceEnd(int sentence) {
        return sentenceEnds[sentence];
    }

    /** The sentence that a token is in. */
    int sentenceOf(int token) {
        int found = Arrays.binarySearch(sentenceEnds, token);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** The spans that lie in a range of tokens as a whole. */
    List<Span> spansWithin(int from, int to) {
        int low = 0;
        int high = spans.length / 2;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (spans[2 * middle] < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        List<Span> within = new ArrayList<>();
        for (int i = low; i < spans.length / 2 && spans[2 * i + 1] <= to; i++) {
            within.add(new Span(spans[2 * i], spans[2 * i + 1]));
        }
        return within;
    }

    /** Adds all of it to a fingerprint. */
    void addTo(MessageDigest digest) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * tokens.length + 4 * (sentenceEnds.length + spans.length + 4));
        bytes.putInt(titleTokens).putInt(tokens.length).putInt(sentenceEnds.length).putInt(spans.length);
        for (char token : tokens) {
            bytes.putChar(token);
        }
        Arrays.stream(sentenceEnds).forEach(bytes::putInt);
        Arrays.stream(spans).forEach(bytes::putInt);
        digest.update(bytes.array());
    }

    /** Bytes in memory, about. */
    long bytes() {
        return 96 + 2L * tokens.length + 4L * sentenceEnds.length + 4L * spans.length;
    }
}
