package dev.pluglm.evaluation;

import java.util.List;

/**
 * How one question went.
 *
 * @param fact that was asked for
 * @param rank of the best right token, from 1, among all tokens or the common vocabulary
 * @param guesses the ten best tokens, best first
 * @param layers what each memory layer read, from the bottom; empty without a memory
 */
public record ClozeAnswer(Fact fact, int rank, List<Guess> guesses, List<Read> layers) {

    static final int GUESSES = 10;

    public ClozeAnswer {
        guesses = List.copyOf(guesses);
        layers = List.copyOf(layers);
    }

    /**
     * A token that was weighed.
     *
     * @param logProbability natural logarithm, among the tokens that were sought among
     */
    public record Guess(String token, double logProbability) {}

    /**
     * What a layer read.
     *
     * @param layer counted from 0 at the bottom of the model
     * @param passages best first
     */
    public record Read(int layer, List<ReadPassage> passages) {

        public Read {
            passages = List.copyOf(passages);
        }
    }

    /**
     * A passage that was read.
     *
     * @param weight its share of the attention, 0 to 1
     */
    public record ReadPassage(String id, double weight) {}
}
