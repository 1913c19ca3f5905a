package dev.pluglm;

import java.util.List;

/**
 * A passage that a prediction looked at.
 *
 * @param layer the memory layer that found it, counted from 0 at the bottom of the model
 * @param memory the name of the memory it is in
 * @param id its id in that memory
 * @param text what it says
 * @param similarity inner product of query and key
 * @param weight its share of the layer's knowledge attention, 0 to 1: the mean over heads and masked positions
 * @param tokens its tokens, special ones too, with their parts of that share; empty where the model reads a passage as
 *     one value
 */
public record Evidence(
        int layer, String memory, String id, String text, float similarity, float weight, List<Token> tokens) {

    public Evidence {
        tokens = List.copyOf(tokens);
    }

    /**
     * A token of a passage.
     *
     * @param token the WordPiece; {@code ##} begins one that continues a word
     * @param weight its share of the layer's knowledge attention, 0 to 1
     */
    public record Token(String token, float weight) {}
}
