package dev.pluglm.metric;

import java.util.List;

/**
 * A question with its right answers and the predicted one.
 *
 * @param answers the right answers; any of them will do; empty if the text does not answer the question
 * @param prediction the predicted answer; empty for "no answer"
 * @param noAnswerScore how sure the prediction is that there is no answer, on any scale: used for the best threshold
 */
public record AnsweredQuestion(List<String> answers, String prediction, double noAnswerScore) {

    public AnsweredQuestion {
        answers = List.copyOf(answers);
    }

    /** A question where no answer was not an option. */
    public AnsweredQuestion(List<String> answers, String prediction) {
        this(answers, prediction, 0);
    }

    boolean hasAnswer() {
        return !answers.isEmpty();
    }
}
