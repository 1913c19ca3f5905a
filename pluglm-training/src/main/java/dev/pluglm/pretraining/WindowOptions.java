package dev.pluglm.pretraining;

/**
 * How texts are cut into samples. A sample is one of two kinds: a long window of whole sentences, as many as fit, or
 * the title and a short window of one sentence, as questions about a thing look. (Half of each is what taught a model
 * to use its memory in a first probe.)
 *
 * @param maxTokens tokens of a sample at most, with {@code [CLS]}, {@code [SEP]} and title; 8 or more
 * @param shortShare share of samples that are a title and a short window, 0 .. 1; documents without title have none
 * @param shortTokens tokens of a short window at most, without the title; 4 or more
 * @param prefixTitle whether long windows begin with the title too
 */
public record WindowOptions(int maxTokens, double shortShare, int shortTokens, boolean prefixTitle) {

    public WindowOptions {
        if (maxTokens < 8) {
            throw new IllegalArgumentException("samples of %d tokens; expected at least 8".formatted(maxTokens));
        }
        if (!(shortShare >= 0 && shortShare <= 1)) {
            throw new IllegalArgumentException("shortShare is %s; expected 0 to 1".formatted(shortShare));
        }
        if (shortTokens < 4) {
            throw new IllegalArgumentException(
                    "short windows of %d tokens; expected at least 4".formatted(shortTokens));
        }
    }

    /** At most 128 tokens, half of the samples a title and at most 32 tokens, no title before long windows. */
    public static WindowOptions defaults() {
        return new WindowOptions(128, 0.5, 32, false);
    }

    public WindowOptions withMaxTokens(int maxTokens) {
        return new WindowOptions(maxTokens, shortShare, shortTokens, prefixTitle);
    }

    public WindowOptions withShortShare(double shortShare) {
        return new WindowOptions(maxTokens, shortShare, shortTokens, prefixTitle);
    }

    public WindowOptions withShortTokens(int shortTokens) {
        return new WindowOptions(maxTokens, shortShare, shortTokens, prefixTitle);
    }

    public WindowOptions withPrefixTitle(boolean prefixTitle) {
        return new WindowOptions(maxTokens, shortShare, shortTokens, prefixTitle);
    }

    /** Tokens without {@code [CLS]} and {@code [SEP]}. */
    int room() {
        return maxTokens - 2;
    }

    /** Tokens of a title at most: the text gets at least half of the room. */
    int titleRoom() {
        return room() / 2;
    }
}
