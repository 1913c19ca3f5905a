package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;

/** What dropout leaves of numbers. */
class DropoutTest {
    private static final int COUNT = 1 << 20;
    private static final long SEED = 20261124;

    /** What becomes of ones. */
    private static float[] dropped(double probability, ScalarType type, long seed, long... shape) {
        try (Scope _ = Scope.open()) {
            torch.manual_seed(seed);
            return Tensors.floats(new Dropout(probability).of(Tensors.full(1, shape).to(type), true));
        }
    }

    private static double mean(float[] numbers) {
        double sum = 0;
        for (float number : numbers) {
            sum += number;
        }
        return sum / numbers.length;
    }

    private static int zeros(float[] numbers) {
        int zeros = 0;
        for (float number : numbers) {
            zeros += number == 0 ? 1 : 0;
        }
        return zeros;
    }

    @ParameterizedTest
    @EnumSource(names = {"Float", "BFloat16", "Half"})
    void theWantedPartIsZeroAndTheExpectationStays(ScalarType type) {
        for (double probability : new double[] {0.1, 0.25, 0.5}) {
            float[] left = dropped(probability, type, SEED, COUNT);
            // Four standard deviations.
            double noise = 4 * Math.sqrt(probability / (1 - probability) / COUNT);
            assertEquals(1, mean(left), noise, "seed " + SEED);
            assertEquals(probability, (double) zeros(left) / COUNT, 0.0015 + noise, "seed " + SEED);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Float", "BFloat16", "Half"})
    void theExactExpectationIsOneInEachFormat(ScalarType type) {
        for (double probability : new double[] {0.01, 0.1, 0.15, 0.3, 0.5}) {
            DropoutMask mask = DropoutMask.of(probability, type);
            float scale = 0;
            for (float left : dropped(probability, type, SEED, 4096)) {
                scale = Math.max(scale, left);
            }
            assertEquals(1, scale * (1 - mask.zeros() / 65536.0), 2.0 / 65536);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Float", "BFloat16", "Half"})
    void theSameSeedGivesTheSameNumbersAndTheNextCallOthers(ScalarType type) {
        float[] first = dropped(0.1, type, SEED, 40_001);
        assertArrayEquals(first, dropped(0.1, type, SEED, 40_001));
        assertFalse(Arrays.equals(first, dropped(0.1, type, SEED + 1, 40_001)));
        try (Scope _ = Scope.open()) {
            torch.manual_seed(SEED);
            Dropout dropout = new Dropout(0.1);
            Tensor ones = Tensors.full(1, 40_001).to(type);
            assertArrayEquals(first, Tensors.floats(dropout.of(ones, true)));
            assertFalse(Arrays.equals(first, Tensors.floats(dropout.of(ones, true))));
        }
    }

    /** Neighbours, both halves of a random number, and what lies a chunk apart. */
    @ParameterizedTest
    @EnumSource(names = {"Float", "BFloat16"})
    void zerosComeIndependentlyOfEachOther(ScalarType type) {
        float[] left = dropped(0.5, type, SEED, COUNT);
        for (int distance : new int[] {1, 2, 3, 64, 384, 4096, 8192, 16384}) {
            int both = 0;
            for (int i = 0; i + distance < COUNT; i++) {
                both += left[i] == 0 && left[i + distance] == 0 ? 1 : 0;
            }
            double share = (double) both / (COUNT - distance);
            assertEquals(0.25, share, 4 * Math.sqrt(0.1875 / COUNT), "seed " + SEED + ", distance " + distance);
        }
    }

    @Test
    void masksOfTwoSeedsAreNoTwoPiecesOfOneSequence() {
        float[] one = dropped(0.5, ScalarType.Float, SEED, 100_000);
        float[] other = dropped(0.5, ScalarType.Float, SEED + 1, 100_000);
        for (int shift = 0; shift < 1000; shift++) {
            int same = 0;
            for (int i = 0; i < 10_000; i++) {
                same += one[i] == other[i + shift] ? 1 : 0;
            }
            assertEquals(5000, same, 300, "seed " + SEED + ", shift " + shift);
        }
    }

    @Test
    void gradientsFlowThroughWhatIsLeftOnly() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.full(1, 30, 7).set_requires_grad(true);
            Tensor left = new Dropout(0.5).of(x, true);
            left.sum().backward();
            assertArrayEquals(Tensors.floats(left), Tensors.floats(x.grad()));
        }
    }

    @Test
    void theResidualIsAddedToWhatIsLeft() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.full(1, 30, 7).set_requires_grad(true);
            Tensor residual = Tensors.full(3, 30, 7).set_requires_grad(true);
            Tensor sum = new Dropout(0.5).plus(x, residual, true);
            sum.sum().backward();
            float[] numbers = Tensors.floats(sum);
            float[] gradients = Tensors.floats(x.grad());
            for (int i = 0; i < numbers.length; i++) {
                assertEquals(3 + gradients[i], numbers[i]);
            }
            assertTrue(zeros(gradients) > 0);
            assertEquals(1, mean(Tensors.floats(residual.grad())));
        }
    }

    @Test
    void nothingChangesInEvaluation() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.full(1, 5);
            assertSame(x, new Dropout(0.5).of(x, false));
            assertSame(x, new Dropout(0).of(x, true));
        }
    }

    @Test
    void aProbabilityOfOneLeavesNothing() {
        assertEquals(100, zeros(dropped(1, ScalarType.Float, SEED, 100)));
        assertEquals(100, zeros(dropped(1, ScalarType.BFloat16, SEED, 100)));
    }

    @Test
    void aViewWithItsChannelsMovedAndAnEmptyTensorAreFilledToo() {
        try (Scope _ = Scope.open()) {
            torch.manual_seed(SEED);
            Tensor moved = Tensors.full(1, 40, 30, 20).transpose(0, 2);
            assertEquals(1, mean(Tensors.floats(new Dropout(0.5).of(moved, true))), 0.05, "seed " + SEED);
            assertEquals(0, new Dropout(0.5).of(Tensors.full(1, 0, 4), true).numel());
        }
    }

    @Test
    void integersAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> DropoutMask.of(0.1, ScalarType.Long));
    }
}
