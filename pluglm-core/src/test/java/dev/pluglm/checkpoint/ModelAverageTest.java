package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Weights between those of two models. */
class ModelAverageTest {
    private static final String CHANGED = "bert.encoder.layer.1.attention.self.query.weight";

    @TempDir
    Path folder;

    private Path one;
    private Path other;

    @BeforeEach
    void write() {
        one = write("one", TinyCheckpoint.random(11, _ -> {}));
        other = write("other", TinyCheckpoint.random(12, _ -> {}));
    }

    private Path write(String name, Checkpoint model) {
        Path path = folder.resolve(name);
        try (model) {
            model.write(path);
        }
        return path;
    }

    private static Map<String, float[]> numbers(Path path) {
        try (Checkpoint model = Checkpoint.read(path)) {
            return TinyCheckpoint.numbers(model);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.25, 0.5, 1})
    void everyWeightLiesBetweenTheTwo(double share) {
        Path average = folder.resolve("average");
        ModelAverage.write(one, other, share, average);
        Map<String, float[]> first = numbers(one);
        Map<String, float[]> second = numbers(other);
        Map<String, float[]> between = numbers(average);
        assertEquals(first.keySet(), between.keySet());
        between.forEach((name, numbers) -> {
            for (int i = 0; i < numbers.length; i++) {
                double expected = (1 - share) * first.get(name)[i] + share * second.get(name)[i];
                assertEquals(expected, numbers[i], 1e-7 + 1e-6 * Math.abs(expected), name);
            }
        });
    }

    @Test
    void whatIsTheSameStaysSoToTheLastBitAndMemoriesFit() {
        Path tuned = folder.resolve("tuned");
        try (Checkpoint model = Checkpoint.read(one)) {
            try (NoGradGuard _ = new NoGradGuard(); Scalar two = new Scalar(2)) {
                model.model().tensors().get(CHANGED).mul_(two);
            }
            model.write(tuned);
        }
        Path average = folder.resolve("average");
        ModelAverage.write(one, tuned, 0.3, average);
        Map<String, float[]> before = numbers(one);
        numbers(average).forEach((name, numbers) -> {
            if (!name.equals(CHANGED)) {
                assertArrayEquals(before.get(name), numbers, 0, name);
            }
        });
        try (Checkpoint first = Checkpoint.read(one); Checkpoint between = Checkpoint.read(average)) {
            assertEquals(first.model().memoryEncoderFingerprint(), between.model().memoryEncoderFingerprint());
        }
    }

    @Test
    void modelsThatDoNotGoTogetherAreRefused() {
        Path wider = write("wider", TinyCheckpoint.random(11, c -> c.querySize = 8));
        Path speaking = write("speaking", new Checkpoint(
                PlugLMModel.random(TinyCheckpoint.config(_ -> {}), 11), TinyCheckpoint.vocabulary("b"), "test"));
        Path target = folder.resolve("target");
        assertTrue(refused(one, wider, 0.5, target).contains("have not the same configuration"));
        assertTrue(refused(one, speaking, 0.5, target).contains("have other vocabularies"));
        assertTrue(refused(one, folder.resolve("none"), 0.5, target).contains("no such model directory"));
        assertTrue(refused(one, other, 0.5, one).contains("exists already"));
        for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
            assertTrue(refused(one, other, share, target).contains("expected 0 to 1"));
        }
        assertFalse(Files.exists(target));
    }

    private static String refused(Path one, Path other, double share, Path target) {
        return assertThrows(Problem.class, () -> ModelAverage.write(one, other, share, target)).getMessage();
    }
}
