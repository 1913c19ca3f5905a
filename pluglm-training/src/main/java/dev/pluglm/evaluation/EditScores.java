package dev.pluglm.evaluation;

/**
 * What edits of a memory do to a model's answers.
 *
 * @param efficacy edited facts whose top answer became the new object
 * @param generality the same for every other phrasing of their questions
 * @param efficacyOfRight as efficacy, of those answered right before the edit
 * @param generalityOfRight as generality, of the phrasings answered right before the edit
 * @param unrelatedChanged answers to unrelated questions that are no longer the same: what locality lacks to 100%
 */
public record EditScores(Share efficacy, Share generality, Share efficacyOfRight, Share generalityOfRight,
        Share unrelatedChanged) {

    static final EditScores NONE = new EditScores(Share.NONE, Share.NONE, Share.NONE, Share.NONE, Share.NONE);

    /**
     * With one more edit.
     *
     * @param before top answer to each phrasing before the edit, the question first
     * @param after the same after it
     */
    EditScores with(FactEdit edit, int[] before, int[] after) {
        EditScores sum = this;
        for (int i = 0; i < after.length; i++) {
            boolean takes = after[i] == edit.token();
            boolean wasRight = contains(edit.question().answers(), before[i]);
            sum = i == 0
                    ? new EditScores(sum.efficacy.with(takes), sum.generality,
                            wasRight ? sum.efficacyOfRight.with(takes) : sum.efficacyOfRight, sum.generalityOfRight,
                            sum.unrelatedChanged)
                    : new EditScores(sum.efficacy, sum.generality.with(takes), sum.efficacyOfRight,
                            wasRight ? sum.generalityOfRight.with(takes) : sum.generalityOfRight,
                            sum.unrelatedChanged);
        }
        return sum;
    }

    /** With answers to unrelated questions. */
    EditScores withUnrelated(int[] before, int[] after) {
        Share changed = unrelatedChanged;
        for (int i = 0; i < after.length; i++) {
            changed = changed.with(before[i] != after[i]);
        }
        return new EditScores(efficacy, generality, efficacyOfRight, generalityOfRight, changed);
    }

    private static boolean contains(int[] tokens, int token) {
        for (int each : tokens) {
            if (each == token) {
                return true;
            }
        }
        return false;
    }
}
