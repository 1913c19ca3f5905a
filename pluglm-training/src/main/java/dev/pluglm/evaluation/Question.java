package dev.pluglm.evaluation;

import java.util.List;

/**
 * A fact as one model is asked for it.
 *
 * @param fact the fact
 * @param prompts one for each phrasing
 * @param answers ids of the tokens that are right, at least one
 */
public record Question(Fact fact, List<Prompt> prompts, int[] answers) {

    public Question {
        prompts = List.copyOf(prompts);
    }
}
