package dev.pluglm.metric;

import java.util.Arrays;

/**
 * Scores where an example has any number of labels: as scikit-learn defines them for indicator matrices.
 *
 * @param accuracy the share of examples of which all labels are right, and no other was predicted, in [0, 1]
 * @param microF1 the F1 of all labels' counts together, in [0, 1]
 * @param macroF1 the mean of each label's F1, in [0, 1]; a label that never occurs and is never predicted has 0
 */
public record MultiLabelScores(double accuracy, double microF1, double macroF1) {

    /**
     * @param labels which labels each example has [examples][labels]
     * @param predictions which were predicted for it [examples][labels]
     * @throws dev.pluglm.problem.Problem if there are no examples
     */
    public static MultiLabelScores of(boolean[][] labels, boolean[][] predictions) {
        Paired.check(labels.length, predictions.length);
        int width = labels[0].length;
        long exact = 0;
        long[] right = new long[width];
        long[] predicted = new long[width];
        long[] expected = new long[width];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i].length != width || predictions[i].length != width) {
                throw new IllegalArgumentException("example %d has %d labels and %d predictions, expected %d"
                        .formatted(i, labels[i].length, predictions[i].length, width));
            }
            exact += Arrays.equals(labels[i], predictions[i]) ? 1 : 0;
            for (int k = 0; k < width; k++) {
                right[k] += labels[i][k] && predictions[i][k] ? 1 : 0;
                predicted[k] += predictions[i][k] ? 1 : 0;
                expected[k] += labels[i][k] ? 1 : 0;
            }
        }
        PrecisionRecall all = PrecisionRecall.NONE;
        double sum = 0;
        for (int k = 0; k < width; k++) {
            PrecisionRecall one = new PrecisionRecall(right[k], predicted[k], expected[k]);
            all = all.plus(one);
            sum += one.f1();
        }
        return new MultiLabelScores((double) exact / labels.length, all.f1(), width == 0 ? 0 : sum / width);
    }
}
