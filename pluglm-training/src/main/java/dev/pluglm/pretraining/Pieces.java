package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.text.Vocabulary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What masking and cutting need to know of each token id, looked up once. */
final class Pieces {
    private final boolean[] special;
    private final boolean[] continues;
    private final int mask;

    Pieces(Vocabulary vocabulary) {
        int size = vocabulary.size();
        special = new boolean[size];
        continues = new boolean[size];
        for (int id = 0; id < size; id++) {
            special[id] = vocabulary.isSpecial(id);
            continues[id] = vocabulary.token(id).startsWith("##") && vocabulary.token(id).length() > 2;
        }
        mask = vocabulary.mask();
    }

    int size() {
        return special.length;
    }

    int mask() {
        return mask;
    }

    boolean isSpecial(int id) {
        return special[id];
    }

    /** Whether a piece goes on with the word of the piece before. */
    boolean continues(int id) {
        return continues[id];
    }

    /** Positions of the tokens that may be masked. */
    int[] maskable(int[] ids) {
        int[] positions = new int[ids.length];
        int count = 0;
        for (int at = 0; at < ids.length; at++) {
            if (!special[ids[at]]) {
                positions[count++] = at;
            }
        }
        return Arrays.copyOf(positions, count);
    }

    /** The words that may be masked. */
    List<Span> words(int[] ids) {
        List<Span> words = new ArrayList<>();
        int at = 0;
        while (at < ids.length) {
            int from = at++;
            if (!special[ids[from]]) {
                while (at < ids.length && continues[ids[at]]) {
                    at++;
                }
                words.add(new Span(from, at));
            }
        }
        return words;
    }
}
