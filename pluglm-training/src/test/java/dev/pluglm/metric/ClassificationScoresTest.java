package dev.pluglm.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

class ClassificationScoresTest {

    @Test
    void scoresOfClassesAreThoseOfScikitLearn() {
        for (JsonNode example : Golden.cases(Golden.read("metrics.json").path("classification"))) {
            int[] labels = Golden.ints(example.path("labels"));
            int[] predictions = Golden.ints(example.path("predictions"));
            ConfusionMatrix matrix = ConfusionMatrix.of(6, labels, predictions);
            assertEquals(example.path("accuracy").asDouble(), matrix.accuracy(), Golden.TOLERANCE);
            assertEquals(example.path("macro_f1").asDouble(), matrix.macroF1(), Golden.TOLERANCE);
            assertEquals(example.path("micro_f1").asDouble(), matrix.microF1(), Golden.TOLERANCE);
            assertEquals(example.path("matthews_corrcoef").asDouble(), matrix.matthews(), Golden.TOLERANCE);
            if (example.has("binary_f1")) {
                assertEquals(example.path("binary_f1").asDouble(), matrix.binaryF1(), Golden.TOLERANCE);
            }
        }
    }

    @Test
    void scoresOfSeveralLabelsAreThoseOfScikitLearn() {
        for (JsonNode example : Golden.cases(Golden.read("odd-inputs.json").path("multi_label"))) {
            MultiLabelScores scores = MultiLabelScores.of(Golden.booleans(example.path("labels")),
                    Golden.booleans(example.path("predictions")));
            assertEquals(example.path("accuracy").asDouble(), scores.accuracy(), Golden.TOLERANCE);
            assertEquals(example.path("micro_f1").asDouble(), scores.microF1(), Golden.TOLERANCE);
            assertEquals(example.path("macro_f1").asDouble(), scores.macroF1(), Golden.TOLERANCE);
        }
    }

    @Test
    void theF1OfSamplesIsTheMeanOfEachExamplesF1() {
        boolean[][] labels = {{true, true, false}, {false, false, true}, {false, false, false}};
        boolean[][] predictions = {{true, false, false}, {false, false, true}, {false, false, false}};
        // 2/3 and 1; nothing found where nothing is has 0, as f1_score(average="samples") of scikit-learn has it.
        assertEquals((2 / 3.0 + 1) / 3, MultiLabelScores.of(labels, predictions).samplesF1(), Golden.TOLERANCE);
        assertEquals(List.of(1.0, 0.0, 1.0), MultiLabelScores.byLabel(labels, predictions).stream()
                .map(PrecisionRecall::f1).toList());
    }

    @Test
    void correlationsAreThoseOfScipy() {
        List<JsonNode> regression = Golden.cases(Golden.read("metrics.json").path("regression"));
        for (JsonNode example : regression) {
            checkCorrelations(example);
        }
        for (JsonNode example : Golden.cases(Golden.read("odd-inputs.json").path("correlation"))) {
            checkCorrelations(example);
        }
    }

    private static void checkCorrelations(JsonNode example) {
        double[] labels = Golden.doubles(example.path("labels"));
        double[] predictions = Golden.doubles(example.path("predictions"));
        assertEquals(example.path("pearson").asDouble(), Correlation.pearson(labels, predictions), Golden.TOLERANCE);
        assertEquals(example.path("spearman").asDouble(), Correlation.spearman(labels, predictions),
                Golden.TOLERANCE);
    }

    @Test
    void aCorrelationWithAConstantOrNanIsNanAsInScipy() {
        double[] three = {1, 2, 3};
        for (double[] odd : new double[][] {{0.1, 0.1, 0.1}, {1, Double.NaN, 2}}) {
            assertEquals(Double.NaN, Correlation.pearson(three, odd));
            assertEquals(Double.NaN, Correlation.spearman(odd, three));
        }
        double[] infinite = {1, 2, Double.POSITIVE_INFINITY};
        assertEquals(Double.NaN, Correlation.pearson(infinite, three));
        assertEquals(-0.5, Correlation.spearman(infinite, new double[] {3, 1, 2}), Golden.TOLERANCE);
    }

    @Test
    void nothingToScoreIsOneClearProblem() {
        String expected = "there is nothing to score: no example has a label; expected at least one";
        assertEquals(expected, assertThrows(Problem.class, () -> ConfusionMatrix.of(2, new int[0], new int[0]))
                .getMessage());
        assertEquals(expected, assertThrows(Problem.class, () -> Squad.v1(List.of())).getMessage());
        assertEquals(expected, assertThrows(Problem.class, () -> Squad.v2(List.of())).getMessage());
        assertEquals(expected, assertThrows(Problem.class, () -> BioAsq.factoid(List.of())).getMessage());
        assertThrows(Problem.class, () -> MultiLabelScores.of(new boolean[0][], new boolean[0][]));
        assertThrows(Problem.class, () -> EntityScores.of(TagScheme.LENIENT, List.of(), List.of()));
        assertThrows(Problem.class, () -> Ranks.meanReciprocal(new int[0]));
        assertThrows(Problem.class, () -> Correlation.pearson(new double[] {1}, new double[] {1}));
    }

    @Test
    void listsOfDifferentSizeAreRefusedWithBothSizes() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> ConfusionMatrix.of(2, new int[3], new int[2])).getMessage();
        assertEquals("labels size (3) is not equal to predictions size (2)", message);
    }

    @Test
    void binaryF1OfMoreThanTwoClassesIsRefused() {
        ConfusionMatrix matrix = ConfusionMatrix.of(3, new int[] {0, 1, 2}, new int[] {0, 1, 1});
        assertTrue(assertThrows(Problem.class, matrix::binaryF1).getMessage().contains("macro or micro"));
        assertEquals(0, ConfusionMatrix.of(1, new int[] {0}, new int[] {0}).binaryF1());
    }

    @Test
    void aHundredThousandClassesFitInMemory() {
        int[] labels = IntStream.range(0, 100_000).toArray();
        assertEquals(1, ConfusionMatrix.of(100_000, labels, labels).macroF1());
    }

    @Test
    void microF1IsAccuracyAndNoScoreDependsOnTheOrderOfExamples() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int classes = 1 + random.nextInt(6);
            int size = 2 + random.nextInt(60);
            int[] labels = random.ints(size, 0, classes).toArray();
            int[] predictions = random.ints(size, 0, classes).toArray();
            ConfusionMatrix matrix = ConfusionMatrix.of(classes, labels, predictions);
            assertEquals(matrix.accuracy(), matrix.microF1());
            assertTrue(Math.abs(matrix.matthews()) <= 1 + 1e-12);
            int[] order = shuffled(size, random);
            ConfusionMatrix again = ConfusionMatrix.of(classes, at(order, labels), at(order, predictions));
            assertEquals(List.of(matrix.accuracy(), matrix.macroF1(), matrix.matthews()),
                    List.of(again.accuracy(), again.macroF1(), again.matthews()));
            double[] x = Arrays.stream(labels).asDoubleStream().toArray();
            double[] y = random.doubles(size).toArray();
            double[] xAgain = Arrays.stream(order).mapToDouble(i -> x[i]).toArray();
            double[] yAgain = Arrays.stream(order).mapToDouble(i -> y[i]).toArray();
            assertEquals(Correlation.pearson(x, y), Correlation.pearson(xAgain, yAgain), 1e-12);
            assertEquals(Correlation.spearman(x, y), Correlation.spearman(xAgain, yAgain), 1e-12);
        }
    }

    @Test
    void nanIsNeverTheBestScore() {
        Scores none = scores(Double.NaN);
        Scores low = scores(-0.9);
        assertFalse(none.betterThan(low));
        assertFalse(none.betterThan(none));
        assertTrue(low.betterThan(none));
        assertTrue(scores(0.1).betterThan(low));
        assertFalse(low.betterThan(low));
    }

    @Test
    void metricsAreFoundByTheirNamesAndAWrongOneIsToldTheRightOnes() {
        assertEquals(List.of(Metric.ACCURACY, Metric.MACRO_F1), Metric.named("accuracy, macro-f1"));
        assertTrue(assertThrows(Problem.class, () -> Metric.named("acuracy")).getMessage()
                .startsWith("there is no metric 'acuracy'; expected one of accuracy, binary_f1, macro_f1"));
        Scores scores = Metric.classes(List.of(Metric.MACRO_F1, Metric.ACCURACY), 2, new int[] {0, 1},
                new int[] {1, 1});
        assertEquals(List.of("macro_f1", "accuracy"), List.copyOf(scores.byName().keySet()));
        assertEquals(1.0 / 3, scores.first(), Golden.TOLERANCE);
        assertThrows(Problem.class,
                () -> Metric.classes(List.of(Metric.PEARSON), 2, new int[] {0, 1}, new int[] {1, 1}));
        assertThrows(Problem.class,
                () -> Metric.numbers(List.of(Metric.ACCURACY), new double[] {0, 1}, new double[] {1, 1}));
    }

    private static Scores scores(double first) {
        LinkedHashMap<String, Double> byName = new LinkedHashMap<>();
        byName.put("accuracy", first);
        return new Scores(byName);
    }

    private static int[] shuffled(int size, Random random) {
        List<Integer> order = new java.util.ArrayList<>(IntStream.range(0, size).boxed().toList());
        java.util.Collections.shuffle(order, random);
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] at(int[] order, int[] values) {
        return Arrays.stream(order).map(i -> values[i]).toArray();
    }
}
