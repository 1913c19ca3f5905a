package dev.pluglm.metric;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A score of classes or of numbers, by the name that the command line and reports use. */
public enum Metric {
    ACCURACY(ConfusionMatrix::accuracy),
    BINARY_F1(ConfusionMatrix::binaryF1),
    MACRO_F1(ConfusionMatrix::macroF1),
    MICRO_F1(ConfusionMatrix::microF1),
    MATTHEWS(ConfusionMatrix::matthews),
    PEARSON(Correlation::pearson),
    SPEARMAN(Correlation::spearman);

    private final ToDoubleFunction<ConfusionMatrix> ofClasses;
    private final ToDoubleBiFunction<double[], double[]> ofNumbers;

    Metric(ToDoubleFunction<ConfusionMatrix> ofClasses) {
        this.ofClasses = ofClasses;
        this.ofNumbers = (labels, predictions) -> {
            throw Problem.of("%s is a score of classes, not of numbers; take pearson or spearman", title());
        };
    }

    Metric(ToDoubleBiFunction<double[], double[]> ofNumbers) {
        this.ofNumbers = ofNumbers;
        this.ofClasses = matrix -> {
            throw Problem.of("%s is a score of numbers, not of classes; take accuracy or macro_f1", title());
        };
    }

    /**
     * The metrics of a list with commas, like {@code accuracy,macro_f1}; a dash will do for an underscore.
     *
     * @throws Problem if one is unknown or there is none
     */
    public static List<Metric> named(String names) {
        List<Metric> metrics = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            String wanted = name.strip().toLowerCase(Locale.ROOT).replace('-', '_');
            metrics.add(Arrays.stream(values()).filter(metric -> metric.title().equals(wanted)).findFirst()
                    .orElseThrow(() -> Problem.of("there is no metric '%s'; expected one of %s", Shown.of(name.strip()),
                            Arrays.stream(values()).map(Metric::title).collect(Collectors.joining(", ")))));
        }
        return List.copyOf(metrics);
    }

    /** Its name, like {@code macro_f1}. */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it scores classes; else it scores numbers. */
    public boolean scoresClasses() {
        return this != PEARSON && this != SPEARMAN;
    }

    /**
     * @param classes how many there are
     * @param labels the right classes [examples]
     * @param predictions the predicted classes [examples]
     * @throws Problem if there is nothing to score, or a metric is not for these classes
     */
    public static Scores classes(List<Metric> metrics, int classes, int[] labels, int[] predictions) {
        ConfusionMatrix matrix = ConfusionMatrix.of(classes, labels, predictions);
        return scores(metrics, metric -> metric.ofClasses.applyAsDouble(matrix));
    }

    /**
     * @param labels the right numbers [examples]
     * @param predictions the predicted numbers [examples]
     * @throws Problem if there is nothing to score, or a metric is not for numbers
     */
    public static Scores numbers(List<Metric> metrics, double[] labels, double[] predictions) {
        return scores(metrics, metric -> metric.ofNumbers.applyAsDouble(labels, predictions));
    }

    private static Scores scores(List<Metric> metrics, ToDoubleFunction<Metric> score) {
        SequencedMap<String, Double> byName = new LinkedHashMap<>();
        metrics.forEach(metric -> byName.put(metric.title(), score.applyAsDouble(metric)));
        return new Scores(byName);
    }
}
