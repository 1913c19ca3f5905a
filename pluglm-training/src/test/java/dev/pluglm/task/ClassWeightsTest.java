package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** How much the examples of each label count. */
class ClassWeightsTest {

    private static final TextClassification TASK = new TextClassification(null, LabelSet.of(List.of("a", "b=c", "d")),
            List.of(), null);

    private static final TextLabelling LABELLING = new TextLabelling(null, TASK.labels(), List.of(), null);
    private static final YesNoQuestions YES_NO = new YesNoQuestions(null, List.of());

    @TempDir
    Path directory;

    private static Sample sample(double... target) {
        return new Sample(0, new int[] {1}, new int[] {0}).with(target);
    }

    private static List<Sample> samples(int... classes) {
        List<Sample> samples = new ArrayList<>();
        for (int each : classes) {
            samples.add(new Sample(samples.size(), new int[] {1}, new int[] {0}).with(each));
        }
        return samples;
    }

    @Test
    void balancedWeightsAreThoseOfScikitLearn() {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 1, 2, 2])
        assertArrayEquals(new double[] {6 / 9.0, 6 / 3.0, 6 / 6.0},
                ClassWeights.of("balanced", TASK, samples(0, 0, 0, 1, 2, 2)).orElseThrow().given(), 1e-12);
    }

    @Test
    void whereLabelsDoNotExcludeEachOtherBalancedWeightsAreThoseOfTextsWithAndWithoutEach() {
        List<Sample> samples = List.of(sample(1, 1, 0), sample(0, 1, 0), sample(0, 1, 0), sample(0, 1, 1));
        ClassWeights weights = ClassWeights.of("balanced", LABELLING, samples).orElseThrow();
        assertArrayEquals(new double[] {4 / 2.0, 4 / 8.0, 4 / 2.0}, weights.given(), 1e-12);
        assertArrayEquals(new double[] {4 / 6.0, 1, 4 / 6.0}, weights.absent().orElseThrow(), 1e-12);
        assertEquals(2 + 0.5 + 4 / 6.0, weights.sum(new Batch(samples.subList(0, 1))), 1e-12);

        ClassWeights yes = ClassWeights.of("balanced", YES_NO, List.of(sample(1), sample(1), sample(1), sample(0)))
                .orElseThrow();
        assertArrayEquals(new double[] {4 / 6.0}, yes.given(), 1e-12);
        assertArrayEquals(new double[] {4 / 2.0}, yes.absent().orElseThrow(), 1e-12);
    }

    @Test
    void anAnswerOfNoMayCountMore() {
        ClassWeights weights = ClassWeights.of("no=3,yes=0.5", YES_NO, List.of()).orElseThrow();
        try (Scope _ = Scope.open()) {
            double sure = Math.log1p(Math.exp(-2));
            double wrong = Math.log1p(Math.exp(1));
            assertEquals((0.5 * sure + 3 * wrong) / 3.5, weights.loss(Tensors.of(new float[] {2, 1}, 2, 1),
                    Tensors.of(new float[] {1, 0}, 2)).item_double(), 1e-6);
        }
        assertEquals(3.5, weights.sum(new Batch(List.of(sample(1), sample(0)))));
    }

    @Test
    void theLossOfLabelsIsTheWeightedMeanOverTextsAndLabels() {
        ClassWeights weights = ClassWeights.of("b=c=5", LABELLING, List.of()).orElseThrow();
        try (Scope _ = Scope.open()) {
            double half = Math.log(2);
            double wrong = Math.log1p(Math.exp(1));
            assertEquals((half + 5 * wrong + half) / 7, weights.loss(Tensors.of(new float[] {0, -1, 0}, 1, 3),
                    Tensors.of(new float[] {0, 1, 0}, 1, 3)).item_double(), 1e-6);
        }
        assertEquals(7, weights.sum(new Batch(List.of(sample(0, 1, 0)))));
    }

    @Test
    void namedWeightsMayLeaveLabelsOut() {
        assertArrayEquals(new double[] {1, 0.5, 3},
                ClassWeights.of("b=c=0.5, d=3", TASK, List.of()).orElseThrow().given());
        assertTrue(ClassWeights.of(" ", TASK, List.of()).isEmpty());
    }

    @Test
    void theLossIsTheWeightedMean() {
        try (Scope _ = Scope.open()) {
            ClassWeights weights = new ClassWeights(new double[] {1, 0.5, 3}, Optional.empty());
            float[] logits = {1, 0, 0, 0, 2, 0};
            double first = Math.log(Math.E + 2) - 1;
            double second = Math.log(2 + Math.exp(2));
            assertEquals((first + 3 * second) / 4, weights.loss(Tensors.of(logits, 2, 3),
                    Tensors.of(new long[] {0, 2}, 2)).item_double(), 1e-6);
            assertEquals(4, weights.sum(new Batch(samples(0, 2))));
        }
    }

    @Test
    void aRareLabelThatCountsMoreIsGivenMoreOften() {
        Random random = new Random(1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            // Nothing in the text tells: only how often labels come, and how much they count, matters.
            lines.add("{\"text\":\"the film %d\",\"label\":\"%s\"}".formatted(random.nextInt(9),
                    i % 6 == 0 ? "rare" : "common"));
        }
        Path file = TaskFixture.write(directory.resolve("train.jsonl"), lines);
        Path model = TaskFixture.model(directory.resolve("model"), _ -> {});
        assertEquals(0, given("rare", model, file, "common=1"));
        assertEquals(60, given("rare", model, file, "rare=1000"));
    }

    @Test
    void aRareLabelOfSeveralAndARareAnswerAreGivenMoreOftenToo() {
        List<String> texts = new ArrayList<>();
        List<String> questions = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            boolean rare = i % 6 == 0;
            texts.add("{\"text\":\"the film %d\",\"labels\":[\"common\"%s]}"
                    .formatted(i % 7, rare ? ",\"rare\"" : ""));
            questions.add("{\"question\":\"the film %d\",\"passage\":\"was good\",\"answer\":%s}"
                    .formatted(i % 7, rare));
        }
        Path model = TaskFixture.model(directory.resolve("model"), _ -> {});
        for (String weights : List.of("", "rare=1000")) {
            FinetuningConfig config = config(model, TaskFixture.write(directory.resolve("texts.jsonl"), texts), weights);
            config.multiLabel = true;
            TaskFixture.run(TaskKind.CLASSIFY, config);
            assertEquals(weights.isEmpty() ? 0 : 60, predictions(config).filter(row ->
                    row.path("prediction").toString().contains("rare")).count(), weights);
        }
        for (String weights : List.of("", "yes=1000")) {
            FinetuningConfig config = config(model, TaskFixture.write(directory.resolve("yes.jsonl"), questions),
                    weights + "yes");
            config.classWeights = weights;
            TaskFixture.run(TaskKind.YESNO, config);
            assertEquals(weights.isEmpty() ? 0 : 60, predictions(config).filter(row ->
                    row.path("prediction").asText().equals("yes")).count(), weights);
        }
    }

    private FinetuningConfig config(Path model, Path file, String weights) {
        FinetuningConfig config = TaskFixture.config(model, file, directory.resolve("run-" + weights));
        config.devFile = Optional.of(file);
        config.classWeights = weights;
        return config;
    }

    private static Stream<JsonNode> predictions(FinetuningConfig config) {
        return TaskFixture.lines(config.outputDir.resolve("predictions.jsonl")).stream();
    }

    private long given(String label, Path model, Path file, String weights) {
        FinetuningConfig config = TaskFixture.config(model, file, directory.resolve(weights));
        config.devFile = Optional.of(file);
        config.classWeights = weights;
        config.gradientAccumulationSteps = 2;
        config.dtype = "bf16";
        TaskFixture.run(TaskKind.CLASSIFY, config);
        return TaskFixture.lines(directory.resolve(weights).resolve("predictions.jsonl")).stream()
                .filter(row -> row.path("prediction").asText().equals(label)).count();
    }

    @Test
    void aMistakeGetsOneClearLine() {
        for (String[] wrong : new String[][] {{"even", "'even'; expected balanced"}, {"a=1,", "''; expected"},
            {"x=1", "the label 'x'; the training file has a, b=c, d"}, {"a=0", "the weight '0'"},
            {"a=NaN", "the weight 'NaN'"}, {"a=", "the weight ''"}, {"a=1e99", "the weight '1e99'"}}) {
            String said = assertThrows(Problem.class, () -> ClassWeights.of(wrong[0], TASK, List.of())).getMessage();
            assertTrue(said.contains(wrong[1]), said);
        }
        assertThrows(Problem.class, () -> ClassWeights.of("balanced", new TextRegression(null, List.of()), List.of()));
    }
}
