package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** What every optimizer promises. */
abstract class OptimizerContract {

    abstract Optimizer over(Map<String, Tensor> weights);

    @Test
    void goesOnFromASavedStateAsIfItHadNeverStopped() {
        Random random = Seeds.random();
        long seed = random.nextLong();
        try (Weighted straight = Weighted.random(new Random(seed)); Weighted stopped = straight.copy();
                Optimizer never = over(straight.tensors)) {
            train(never, straight, 0, 7);
            Map<String, float[]> saved = new HashMap<>();
            long steps;
            try (Optimizer first = over(stopped.tensors)) {
                train(first, stopped, 0, 3);
                first.state().forEach((name, tensor) -> saved.put(name, Tensors.floats(tensor)));
                steps = first.steps();
            }
            assertEquals(3, steps);
            try (Optimizer second = over(stopped.tensors); Scope _ = Scope.open()) {
                // Something to forget.
                stopped.randomGradients(random, 1);
                second.step(0, 1);
                Map<String, Tensor> state = new HashMap<>();
                second.state().forEach((name, tensor) ->
                        state.put(name, Tensors.of(saved.get(name), Tensors.shape(tensor))));
                second.restore(state, steps);
                train(second, stopped, 3, 7);
                assertEquals(7, second.steps());
            }
            assertTrue(Weighted.same(straight, stopped), "bit for bit");
        }
    }

    @Test
    void theStateIsNamedAfterTheWeightsAndAlive() {
        try (Weighted weights = Weighted.random(Seeds.random()); Optimizer optimizer = over(weights.tensors)) {
            assertEquals(2 * weights.tensors.size(), optimizer.state().size());
            Tensor average = optimizer.state().get("exp_avg/encoder.dense.bias");
            assertArrayEquals(new float[33], Tensors.floats(average));
            train(optimizer, weights, 0, 1);
            assertTrue(Tensors.floats(average)[0] != 0);
            assertArrayEquals(new long[] {33, 17},
                    Tensors.shape(optimizer.state().get("exp_avg_sq/encoder.dense.weight")));
        }
    }

    @Test
    void aWeightWithoutGradientIsLeftAlone() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random); Weighted before = weights.copy();
                Optimizer optimizer = over(weights.tensors)) {
            optimizer.step(0.1, 1);
            assertTrue(Weighted.same(before, weights));
            weights.gradient("encoder.dense.weight", Weighted.normal(random, 33 * 17, 1));
            optimizer.step(0.1, 1);
            assertArrayEquals(before.values("att_fc2.weight"), weights.values("att_fc2.weight"));
            assertArrayEquals(new float[40], Tensors.floats(optimizer.state().get("exp_avg/att_fc2.weight")));
            assertFalse(before.values("encoder.dense.weight")[0] == weights.values("encoder.dense.weight")[0]);
            assertEquals(2, optimizer.steps());
        }
    }

    @Test
    void scaledGradientsDivideByTheScale() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random); Weighted scaled = weights.copy();
                Optimizer one = over(weights.tensors); Optimizer other = over(scaled.tensors)) {
            weights.tensors.forEach((name, tensor) -> {
                float[] gradient = Weighted.normal(random, (int) tensor.numel(), 1);
                weights.gradient(name, gradient.clone());
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] *= 65536;
                }
                scaled.gradient(name, gradient);
            });
            one.step(0.01, 1);
            other.step(0.01, 65536);
            assertTrue(Weighted.same(weights, scaled));
        }
    }

    @Test
    void gradientsAndWeightsThatLieTransposedArePairedByPlaceNotByAddress() {
        Random random = Seeds.random();
        float[] start = Weighted.normal(random, 6, 1);
        float[] gradient = Weighted.normal(random, 6, 1);
        try (Weighted plain = new Weighted(); Weighted transposed = new Weighted(); Scope _ = Scope.open()) {
            plain.add("a.weight", start, 2, 3);
            plain.add("b.weight", start, 2, 3);
            plain.gradient("a.weight", gradient);
            plain.gradient("b.weight", gradient);
            transposed.add("a.weight", start, 2, 3);
            transposed.tensors.get("a.weight").mutable_grad()
                    .put(Tensors.of(flipped(gradient), 3, 2).t());
            Tensor flippedWeight = Scope.keep(Tensors.of(flipped(start), 3, 2).t().detach());
            flippedWeight.set_requires_grad(true);
            transposed.tensors.put("b.weight", flippedWeight);
            transposed.gradient("b.weight", gradient);
            try (Optimizer one = over(plain.tensors); Optimizer other = over(transposed.tensors)) {
                one.step(0.1, 2);
                other.step(0.1, 2);
                for (String name : plain.tensors.keySet()) {
                    assertTrue(Weighted.distance(transposed.values(name), plain.values(name)) < 1e-7, name);
                }
            }
        }
    }

    @Test
    void aStateThatDoesNotFitIsRefusedAndChangesNothing() {
        try (Weighted weights = Weighted.random(Seeds.random()); Optimizer optimizer = over(weights.tensors);
                Scope _ = Scope.open()) {
            train(optimizer, weights, 0, 2);
            float[] before = Tensors.floats(optimizer.state().get("exp_avg/att_fc2.weight"));
            Map<String, Tensor> zeros = new HashMap<>();
            optimizer.state().forEach((name, tensor) -> zeros.put(name, Tensors.full(0, Tensors.shape(tensor))));

            refuses(optimizer, zeros, -1, "counts -1 updates");
            refuses(optimizer, Map.of(), 1, "'exp_avg/encoder.dense.weight' is missing");
            Map<String, Tensor> more = new HashMap<>(zeros);
            more.put("exp_avg/evil\u001b[2J\nname", Tensors.full(0, 1));
            refuses(optimizer, more, 1, "'exp_avg/evil?[2J?name', which belongs to no weight");
            Map<String, Tensor> shape = new HashMap<>(zeros);
            shape.put("exp_avg_sq/zero.weight", Tensors.full(0, 9));
            refuses(optimizer, shape, 1, "'exp_avg_sq/zero.weight' has shape [9], expected [3, 3]");
            Map<String, Tensor> type = new HashMap<>(zeros);
            type.put("exp_avg/zero.weight", Tensors.full(0, 3, 3).to(ScalarType.Half));
            refuses(optimizer, type, 1, "'exp_avg/zero.weight' holds numbers of type Half, expected Float");

            assertEquals(2, optimizer.steps());
            assertArrayEquals(before, Tensors.floats(optimizer.state().get("exp_avg/att_fc2.weight")));
        }
    }

    private static void refuses(Optimizer optimizer, Map<String, Tensor> state, long steps, String why) {
        String message = assertThrows(Problem.class, () -> optimizer.restore(state, steps)).getMessage();
        assertTrue(message.contains(why), message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
    }

    @Test
    void aRateOrScaleOutOfRangeIsRefusedAndChangesNothing() {
        try (Weighted weights = Weighted.random(Seeds.random()); Weighted before = weights.copy();
                Optimizer optimizer = over(weights.tensors)) {
            weights.randomGradients(new Random(1), 1);
            for (double rate : new double[] {-1e-3, Double.NaN, Double.POSITIVE_INFINITY}) {
                assertThrows(IllegalArgumentException.class, () -> optimizer.step(rate, 1));
            }
            for (double scale : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e-300, 1e300}) {
                assertThrows(IllegalArgumentException.class, () -> optimizer.step(0.1, scale));
            }
            assertEquals(0, optimizer.steps());
            assertTrue(Weighted.same(before, weights));
        }
    }

    @Test
    void weightsInHalfPrecisionAreRefused() {
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> half = Map.of("a.weight", Tensors.full(1, 2, 2).to(ScalarType.BFloat16));
            String message = assertThrows(IllegalArgumentException.class, () -> over(half)).getMessage();
            assertTrue(message.contains("a.weight is BFloat16"), message);
        }
    }

    @Test
    void aHundredUpdatesLeaveNoNativeMemoryBehind() {
        try (Weighted weights = Weighted.random(Seeds.random())) {
            Random random = new Random(3);
            Optimizer optimizer = over(weights.tensors);
            update(optimizer, weights, random);
            long before = Pointer.totalCount();
            for (int n = 0; n < 100; n++) {
                update(optimizer, weights, random);
            }
            long left = Pointer.totalCount() - before;
            assertTrue(left <= 0, left + " more native objects than before");
            optimizer.close();
        }
    }

    @Test
    void closingFreesTheStateAndNotTheWeights() {
        try (Weighted weights = Weighted.random(Seeds.random()); Weighted copy = weights.copy()) {
            over(weights.tensors).close();
            long before = Pointer.totalCount();
            over(weights.tensors).close();
            assertTrue(Pointer.totalCount() <= before);
            assertTrue(Weighted.same(copy, weights));
        }
    }

    private static void update(Optimizer optimizer, Weighted weights, Random random) {
        weights.randomGradients(random, 1);
        double divisor = Gradients.clipDivisor(Gradients.norm(weights.tensors.values()), 1, 1);
        assertTrue(Gradients.finite(weights.tensors.values()));
        optimizer.step(1e-3, divisor);
        Gradients.zero(weights.tensors.values());
    }

    /** Updates number {@code from + 1} to {@code to}, with gradients that depend on the number alone. */
    private static void train(Optimizer optimizer, Weighted weights, int from, int to) {
        for (int n = from + 1; n <= to; n++) {
            weights.randomGradients(new Random(n), 1);
            optimizer.step(0.01 / n, n);
        }
    }

    private static float[] flipped(float[] values) {
        // [2, 3] to [3, 2]
        return new float[] {values[0], values[3], values[1], values[4], values[2], values[5]};
    }
}
