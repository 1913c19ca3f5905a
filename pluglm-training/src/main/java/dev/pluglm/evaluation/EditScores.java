package dev.pluglm.evaluation;

/**
 * What edits of a memory do to a model's answers.
 *
 * @param efficacy edited facts whose top answer became the new object
 * @param alreadyBefore edited facts whose top answer was the new object before the edit: chance, not the edit's doing
 * @param generality the same for every other phrasing of their questions
 * @param efficacyOfRight as efficacy, of those answered right before the edit
 * @param generalityOfRight as generality, of the phrasings answered right before the edit
 * @param unrelatedChanged answers to unrelated questions that are no longer the same: what locality lacks to 100%
 */
public record EditScores(Share efficacy, Share alreadyBefore, Share generality, Share efficacyOfRight,
        Share generalityOfRight, Share unrelatedChanged) {

    static final EditScores NONE =
            new EditScores(Share.NONE, Share.NONE, Share.NONE, Share.NONE, Share.NONE, Share.NONE);

    /**
     * With one more edit.
     *
     * @param before top answer to each phrasing before the edit, the question first
     * @param after the same after it
     */
    EditScores with(FactEdit edit, int[] before, int[] after) {
        Share otherPhrasings = generality;
        Share otherPhrasingsOfRight = generalityOfRight;
        for (int i = 1; i < after.length; i++) {
            otherPhrasings = otherPhrasings.with(after[i] == edit.token());
            otherPhrasingsOfRight = ofRight(otherPhrasingsOfRight, edit, before[i], after[i]);
        }
        return new EditScores(efficacy.with(after[0] == edit.token()), alreadyBefore.with(before[0] == edit.token()),
                otherPhrasings, ofRight(efficacyOfRight, edit, before[0], after[0]), otherPhrasingsOfRight,
                unrelatedChanged);
    }

    private static Share ofRight(Share sum, FactEdit edit, int before, int after) {
        return contains(edit.question().answers(), before) ? sum.with(after == edit.token()) : sum;
    }

    /** With answers to unrelated questions. */
    EditScores withUnrelated(int[] before, int[] after) {
        Share changed = unrelatedChanged;
        for (int i = 0; i < after.length; i++) {
            changed = changed.with(before[i] != after[i]);
        }
        return new EditScores(efficacy, alreadyBefore, generality, efficacyOfRight, generalityOfRight, changed);
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
