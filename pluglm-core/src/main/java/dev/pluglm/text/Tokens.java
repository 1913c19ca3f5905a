package dev.pluglm.text;

/**
 * A text as the model reads it; all arrays have the same length, nothing is padded.
 *
 * @param ids token ids
 * @param typeIds 0, and 1 for the second text of a pair with its {@code [SEP]}
 * @param wordIds which word of its text a token belongs to, from 0 on and never falling within a text; -1 for the
 *     {@code [CLS]} and {@code [SEP]} that were put around it. A word is what lies between spaces and punctuation, each
 *     punctuation character a word; or the word that was given where the text was given in words
 * @param charStart where in its text (in Java chars) a token begins; 0 for the tokens that were put around it
 * @param charEnd where a token ends, exclusive; 0 for the tokens that were put around it
 * @param truncated whether tokens were left out because the text is longer than was asked for
 */
public record Tokens(int[] ids, int[] typeIds, int[] wordIds, int[] charStart, int[] charEnd, boolean truncated) {

    public Tokens {
        if (typeIds.length != ids.length || wordIds.length != ids.length || charStart.length != ids.length
                || charEnd.length != ids.length) {
            throw new IllegalArgumentException(
                    "arrays of different lengths: %d ids, %d type ids, %d word ids, %d starts, %d ends".formatted(
                            ids.length, typeIds.length, wordIds.length, charStart.length, charEnd.length));
        }
    }

    /** How many tokens there are. */
    public int length() {
        return ids.length;
    }
}
