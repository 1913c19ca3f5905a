package dev.pluglm.metric;

import dev.pluglm.problem.Problem;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which class was predicted for which, and the scores that follow: as scikit-learn defines them with its default
 * arguments. A class that is neither a label nor a prediction counts in no average.
 */
public final class ConfusionMatrix {

    private final int classes;
    private final long examples;
    private final long right;
    private final long[] labelled;
    private final long[] predicted;
    // Sparse: a column that is taken for labels may hold 100,000 of them.
    private final Map<Long, Long> cells = new HashMap<>();

    private ConfusionMatrix(int classes, int[] labels, int[] predictions) {
        this.classes = classes;
        this.examples = labels.length;
        this.labelled = new long[classes];
        this.predicted = new long[classes];
        for (int i = 0; i < labels.length; i++) {
            labelled[checked(labels[i])]++;
            predicted[checked(predictions[i])]++;
            cells.merge(cell(labels[i], predictions[i]), 1L, Long::sum);
        }
        this.right = IntStream.range(0, classes).mapToLong(c -> count(c, c)).sum();
    }

    /**
     * @param classes how many classes there are; labels and predictions are in [0, classes)
     * @param labels the right classes [examples]
     * @param predictions the predicted classes [examples]
     * @throws Problem if there are no examples
     */
    public static ConfusionMatrix of(int classes, int[] labels, int[] predictions) {
        Paired.check(labels.length, predictions.length);
        return new ConfusionMatrix(classes, labels, predictions);
    }

    /** The number of classes. */
    public int classes() {
        return classes;
    }

    /** The number of examples. */
    public long examples() {
        return examples;
    }

    /** How many examples with this label were given that prediction. */
    public long count(int label, int prediction) {
        return cells.getOrDefault(cell(checked(label), checked(prediction)), 0L);
    }

    /** The counts of one class against all others. */
    public PrecisionRecall of(int label) {
        return new PrecisionRecall(count(label, label), predicted[label], labelled[label]);
    }

    /** The share of right predictions, in [0, 1]. */
    public double accuracy() {
        return (double) right / examples;
    }

    /**
     * The F1 of class 1, the positive one, in [0, 1]; 0 if it is neither a label nor a prediction.
     *
     * @throws Problem if another class than 0 and 1 occurs
     */
    public double binaryF1() {
        for (int c = 2; c < classes; c++) {
            if (occurs(c)) {
                throw Problem.of("binary F1 is for two classes, but class %d of %d occurs; take macro or micro F1", c,
                        classes);
            }
        }
        return classes < 2 ? 0 : of(1).f1();
    }

    /** The mean of the F1 of the classes that occur as a label or a prediction, in [0, 1]. */
    public double macroF1() {
        return IntStream.range(0, classes).filter(this::occurs).mapToDouble(c -> of(c).f1()).average().orElse(0);
    }

    /** The F1 of all classes' counts together, in [0, 1]: with one label an example this is the accuracy. */
    public double microF1() {
        return new PrecisionRecall(right, examples, examples).f1();
    }

    /**
     * Matthews' correlation coefficient for any number of classes (Gorodkin 2004), in [-1, 1]; 0 if all labels or all
     * predictions are of one class.
     */
    public double matthews() {
        double both = 0;
        double ofLabels = 0;
        double ofPredictions = 0;
        for (int c = 0; c < classes; c++) {
            both += (double) labelled[c] * predicted[c];
            ofLabels += (double) labelled[c] * labelled[c];
            ofPredictions += (double) predicted[c] * predicted[c];
        }
        double square = (double) examples * examples;
        double spread = (square - ofLabels) * (square - ofPredictions);
        return spread == 0 ? 0 : ((double) right * examples - both) / Math.sqrt(spread);
    }

    private boolean occurs(int c) {
        return labelled[c] + predicted[c] > 0;
    }

    private long cell(int label, int prediction) {
        return (long) label * classes + prediction;
    }

    private int checked(int c) {
        if (c < 0 || c >= classes) {
            throw new IllegalArgumentException("class %d is not in [0, %d)".formatted(c, classes));
        }
        return c;
    }
}
