package dev.pluglm.evaluation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a memory layer found for questions.
 *
 * @param layer counted from 0 at the bottom of the model
 * @param own for how many questions their own evidence was among the passages found; of those that have some
 * @param ownFirst for how many it was the first of them
 * @param ownWeights sum, over the questions for which it was found, of the attention weight it got
 * @param stated for how many a passage was found that says subject and answer, whichever it is; of those whose subject
 *     is known
 * @param statedWeights sum, over the questions for which one was found, of the attention weight that these got
 */
public record LayerRetrieval(
        int layer, Share own, Share ownFirst, @JsonIgnore double ownWeights, Share stated,
        @JsonIgnore double statedWeights) {

    static LayerRetrieval none(int layer) {
        return new LayerRetrieval(layer, Share.NONE, Share.NONE, 0, Share.NONE, 0);
    }

    /** Mean attention weight of a question's own evidence where it was found, 0 to 1. */
    @JsonProperty
    public double ownWeight() {
        return own.hits() == 0 ? 0 : ownWeights / own.hits();
    }

    /** Mean attention weight of all passages that say subject and answer, where one was found, 0 to 1. */
    @JsonProperty
    public double statedWeight() {
        return stated.hits() == 0 ? 0 : statedWeights / stated.hits();
    }

    /** With what was found for one more question. */
    LayerRetrieval with(Found found, RightPassages.Sought fact, RightPassages passages) {
        boolean ownFound = false;
        boolean statedFound = false;
        double ownSum = 0;
        double statedSum = 0;
        for (int j = 0; j < found.rows().length; j++) {
            if (passages.isOwn(found.rows()[j], fact)) {
                ownFound = true;
                ownSum += found.weights()[j];
            }
            if (passages.isStated(found.rows()[j], fact)) {
                statedFound = true;
                statedSum += found.weights()[j];
            }
        }
        boolean first = found.rows().length > 0 && passages.isOwn(found.rows()[0], fact);
        boolean hasOwn = !fact.ids().isEmpty();
        boolean hasSubject = !fact.subject().isBlank();
        return new LayerRetrieval(layer, hasOwn ? own.with(ownFound) : own, hasOwn ? ownFirst.with(first) : ownFirst,
                ownWeights + ownSum, hasSubject ? stated.with(statedFound) : stated, statedWeights + statedSum);
    }
}
