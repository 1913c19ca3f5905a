package dev.pluglm.metric;

import dev.pluglm.problem.Problem;

/** The checks that every score of labels against predictions begins with. */
final class Paired {

    private Paired() {}

    /** @throws Problem if there is nothing to score */
    static void check(int labels, int predictions) {
        if (labels != predictions) {
            throw new IllegalArgumentException(
                    "labels size (%d) is not equal to predictions size (%d)".formatted(labels, predictions));
        }
        if (labels == 0) {
            throw new Problem("there is nothing to score: no example has a label; expected at least one");
        }
    }
}
