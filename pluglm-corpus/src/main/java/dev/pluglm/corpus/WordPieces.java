package dev.pluglm.corpus;

import java.util.List;

/**
 * What a corpus needs of a tokeniser: text to WordPieces, WordPieces to ids. BERT's special pieces are found by name.
 */
public interface WordPieces {

    /** The pieces of a text, at most {@code limit}, without special ones. */
    List<String> split(String text, int limit);

    /** The id of a piece of this vocabulary, from 0. */
    int id(String piece);

    /** The piece of an id in 0 .. {@link #size()} - 1. */
    String piece(int id);

    /** How many pieces the vocabulary has. */
    int size();
}
