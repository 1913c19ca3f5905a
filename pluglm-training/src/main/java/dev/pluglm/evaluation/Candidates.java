package dev.pluglm.evaluation;

import dev.pluglm.metric.Ranks;
import dev.pluglm.text.Vocabulary;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The tokens that answers are sought among.
 *
 * @param all of the model
 * @param common the only ones that count, if there is such a list
 */
public record Candidates(Vocabulary all, Optional<CommonVocabulary> common) {

    /**
     * Where the best of the right tokens stands, from 1.
     *
     * @param logits {@code [vocabulary]}
     */
    int rank(float[] logits, int[] right) {
        return Ranks.of(of(logits), common.map(words -> words.places(right)).orElse(right));
    }

    /** The ten best, best first. */
    List<ClozeAnswer.Guess> guesses(float[] logits) {
        float[] own = of(logits);
        int[] best = Ranks.best(own, ClozeAnswer.GUESSES);
        double largest = own[best[0]];
        double sum = 0;
        for (float logit : own) {
            sum += Math.exp(logit - largest);
        }
        double logSum = largest + Math.log(sum);
        return Arrays.stream(best).mapToObj(place -> new ClozeAnswer.Guess(
                all.token(common.map(words -> words.id(place)).orElse(place)), own[place] - logSum)).toList();
    }

    private float[] of(float[] logits) {
        return common.map(words -> words.of(logits)).orElse(logits);
    }
}
