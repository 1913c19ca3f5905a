package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** How much the examples of each label count. */
class ClassWeightsTest {

    private static final TextClassification TASK = new TextClassification(null, LabelSet.of(List.of("a", "b=c", "d")),
            List.of(), null);

    @TempDir
    Path directory;

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
                ClassWeights.of("balanced", TASK, samples(0, 0, 0, 1, 2, 2)).orElseThrow().weights(), 1e-12);
    }

    @Test
    void namedWeightsMayLeaveLabelsOut() {
        assertArrayEquals(new double[] {1, 0.5, 3},
                ClassWeights.of("b=c=0.5, d=3", TASK, List.of()).orElseThrow().weights());
        assertTrue(ClassWeights.of(" ", TASK, List.of()).isEmpty());
    }

    @Test
    void theLossIsTheWeightedMean() {
        try (Scope _ = Scope.open()) {
            ClassWeights weights = new ClassWeights(1, 0.5, 3);
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
