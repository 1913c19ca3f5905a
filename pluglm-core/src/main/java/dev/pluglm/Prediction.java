package dev.pluglm;

/**
 * A token that may stand behind a mask.
 *
 * @param token the WordPiece; {@code ##} begins one that continues a word
 * @param probability 0 to 1; those of all tokens of the vocabulary sum to 1
 */
public record Prediction(String token, float probability) {}
