package dev.pluglm.metric;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A score of classes, of sets of labels or of numbers, by the name that the command line and reports use. */
public enum Metric {
    ACCURACY(Kind.CLASSES, Kind.LABEL_SETS),
    BINARY_F1(Kind.CLASSES),
    MACRO_F1(Kind.CLASSES, Kind.LABEL_SETS),
    MICRO_F1(Kind.CLASSES, Kind.LABEL_SETS),
    SAMPLES_F1(Kind.LABEL_SETS),
    MATTHEWS(Kind.CLASSES),
    PEARSON(Kind.NUMBERS),
    SPEARMAN(Kind.NUMBERS);

    private final Set<Kind> kinds;

    Metric(Kind... kinds) {
        this.kinds = Set.of(kinds);
    }

    /** What is scored. */
    public enum Kind {
        /** One class for each example. */
        CLASSES("classes"),
        /** Any number of labels for each example. */
        LABEL_SETS("several labels a text"),
        /** A number for each example. */
        NUMBERS("numbers");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        @Override
        public String toString() {
            return title;
        }
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

    /** @throws Problem if one of these metrics does not score that */
    public static void require(List<Metric> metrics, Kind scored) {
        metrics.stream().filter(metric -> !metric.kinds.contains(scored)).findFirst().ifPresent(wrong -> {
            throw Problem.of("%s is no score of %s; take %s", wrong.title(), scored, Arrays.stream(values())
                    .filter(metric -> metric.kinds.contains(scored)).map(Metric::title)
                    .collect(Collectors.joining(", ")));
        });
    }

    /**
     * @param classes how many there are
     * @param labels the right classes [examples]
     * @param predictions the predicted classes [examples]
     * @throws Problem if there is nothing to score, or a metric is not for these classes
     */
    public static Scores classes(List<Metric> metrics, int classes, int[] labels, int[] predictions) {
        require(metrics, Kind.CLASSES);
        ConfusionMatrix matrix = ConfusionMatrix.of(classes, labels, predictions);
        return scores(metrics, metric -> switch (metric) {
            case BINARY_F1 -> matrix.binaryF1();
            case MACRO_F1 -> matrix.macroF1();
            case MICRO_F1 -> matrix.microF1();
            case MATTHEWS -> matrix.matthews();
            default -> matrix.accuracy();
        });
    }

    /**
     * @param labels which labels each example has [examples][labels]
     * @param predictions which were predicted for it [examples][labels]
     * @throws Problem if there is nothing to score, or a metric is not for several labels
     */
    public static Scores labelSets(List<Metric> metrics, boolean[][] labels, boolean[][] predictions) {
        require(metrics, Kind.LABEL_SETS);
        MultiLabelScores scores = MultiLabelScores.of(labels, predictions);
        return scores(metrics, metric -> switch (metric) {
            case MACRO_F1 -> scores.macroF1();
            case MICRO_F1 -> scores.microF1();
            case SAMPLES_F1 -> scores.samplesF1();
            default -> scores.accuracy();
        });
    }

    /**
     * @param labels the right numbers [examples]
     * @param predictions the predicted numbers [examples]
     * @throws Problem if there is nothing to score, or a metric is not for numbers
     */
    public static Scores numbers(List<Metric> metrics, double[] labels, double[] predictions) {
        require(metrics, Kind.NUMBERS);
        return scores(metrics, metric -> metric == PEARSON
                ? Correlation.pearson(labels, predictions)
                : Correlation.spearman(labels, predictions));
    }

    private static Scores scores(List<Metric> metrics, ToDoubleFunction<Metric> score) {
        SequencedMap<String, Double> byName = new LinkedHashMap<>();
        metrics.forEach(metric -> byName.put(metric.title(), score.applyAsDouble(metric)));
        return new Scores(byName);
    }
}
