package dev.pluglm.metric;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scores where an example has any number of labels: as scikit-learn defines them for indicator matrices.
 *
 * @param accuracy the share of examples of which all labels are right, and no other was predicted, in [0, 1]
 * @param microF1 the F1 of all labels' counts together, in [0, 1]
 * @param macroF1 the mean of each label's F1, in [0, 1]; a label that never occurs and is never predicted has 0
 * @param samplesF1 the mean of each example's F1, in [0, 1]; an example without labels, for which none was predicted,
 *     has 0
 */
public record MultiLabelScores(double accuracy, double microF1, double macroF1, double samplesF1) {

    /**
     * @param labels which labels each example has [examples][labels]
     * @param predictions which were predicted for it [examples][labels]
     * @throws dev.pluglm.problem.Problem if there are no examples
     */
    public static MultiLabelScores of(boolean[][] labels, boolean[][] predictions) {
        Paired.check(labels.length, predictions.length);
        int width = labels[0].length;
        long exact = 0;
        double samples = 0;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i].length != width || predictions[i].length != width) {
                throw new IllegalArgumentException("example %d has %d labels and %d predictions, expected %d"
                        .formatted(i, labels[i].length, predictions[i].length, width));
            }
            exact += Arrays.equals(labels[i], predictions[i]) ? 1 : 0;
            samples += counts(labels[i], predictions[i]).f1();
        }
        List<PrecisionRecall> byLabel = byLabel(labels, predictions);
        double all = byLabel.stream().reduce(PrecisionRecall.NONE, PrecisionRecall::plus).f1();
        double macro = byLabel.stream().mapToDouble(PrecisionRecall::f1).average().orElse(0);
        return new MultiLabelScores((double) exact / labels.length, all, macro, samples / labels.length);
    }

    /** What was predicted of what is there. */
    private static PrecisionRecall counts(boolean[] labels, boolean[] predictions) {
        long right = 0;
        long predicted = 0;
        long expected = 0;
        for (int k = 0; k < labels.length; k++) {
            right += labels[k] && predictions[k] ? 1 : 0;
            predicted += predictions[k] ? 1 : 0;
            expected += labels[k] ? 1 : 0;
        }
        return new PrecisionRecall(right, predicted, expected);
    }

    /** How well each label was found. */
    public static List<PrecisionRecall> byLabel(boolean[][] labels, boolean[][] predictions) {
        return IntStream.range(0, labels[0].length)
                .mapToObj(k -> counts(column(labels, k), column(predictions, k))).toList();
    }

    private static boolean[] column(boolean[][] table, int k) {
        boolean[] column = new boolean[table.length];
        for (int i = 0; i < table.length; i++) {
            column[i] = table[i][k];
        }
        return column;
    }
}
