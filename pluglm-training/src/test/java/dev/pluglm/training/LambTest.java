package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

class LambTest extends OptimizerContract {

    @Override
    Optimizer over(Map<String, Tensor> weights) {
        return new Lamb(weights, 0.01);
    }

    @Test
    void sixUpdatesAreThoseOfTheReference() {
        Golden golden = Golden.lamb();
        Schedule schedule = new Schedule.PolynomialWarmup(golden.number("base_lr"),
                golden.number("warmup_proportion"), (long) golden.number("total_steps"));
        double scale = 1024;
        try (Weighted weights = new Weighted()) {
            golden.at("start.").forEach((name, array) -> weights.add(name, array.values(), array.shape()));
            try (Lamb lamb = new Lamb(weights.tensors, 0.01)) {
                for (int n = 1; n <= 6; n++) {
                    golden.at("step" + n + ".grad.").forEach((name, array) ->
                            weights.gradient(name, times(scale, array.values())));
                    double norm = Gradients.norm(weights.tensors.values());
                    assertEquals(golden.list("grad_norm_by_step")[n - 1] * scale, norm, 1e-6 * norm);
                    double divisor = Gradients.clipDivisor(norm, scale, golden.number("max_grad_norm"));
                    lamb.step(schedule.learningRate(n), scale * divisor);
                    int update = n;
                    golden.at("step" + n + ".param.").forEach((name, array) -> assertArrayEquals(
                            array.values(), weights.values(name), 1e-6f, name + " after update " + update));
                    golden.at("step" + n + ".param.").forEach((name, array) -> assertTrue(
                            Weighted.distance(weights.values(name), array.values()) < 1e-6, name));
                }
                assertEquals(6, lamb.steps());
            }
        }
    }

    @Test
    void agreesWithThePlainUpdateRuleInDoublePrecision() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random)) {
            Map<String, PlainLamb> plain = new LinkedHashMap<>();
            weights.tensors.forEach((name, _) -> plain.put(name, new PlainLamb(weights.values(name),
                    WeightDecay.appliesTo(name) ? 0.01 : 0)));
            try (Lamb lamb = new Lamb(weights.tensors, 0.01)) {
                for (int n = 1; n <= 20; n++) {
                    weights.randomGradients(random, 100 * random.nextDouble());
                    if (n % 3 == 0) {
                        weights.gradient("encoder.dense.weight", new float[33 * 17]);
                    }
                    double scale = Math.scalb(1 + random.nextDouble(), random.nextInt(16));
                    double rate = 0.01 * random.nextDouble();
                    int step = n;
                    weights.tensors.forEach((name, _) ->
                            plain.get(name).step(weights.gradient(name), rate, scale, step));
                    lamb.step(rate, scale);
                }
            }
            plain.forEach((name, expected) -> {
                double distance = Weighted.distance(weights.values(name), expected.weight());
                assertTrue(distance < 2e-6, name + " is off by " + distance);
            });
        }
    }

    @Test
    void withoutDecayEveryWeightTakesThePlainStepOfAdam() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random); Weighted others = weights.copy();
                Lamb lamb = new Lamb(weights.tensors, 0); AdamW adam = new AdamW(others.tensors, 0, 0.9, 0.999, 1e-6)) {
            for (int n = 0; n < 3; n++) {
                weights.randomGradients(new Random(n), 1);
                others.randomGradients(new Random(n), 1);
                lamb.step(0.1, 1);
                adam.step(0.1, 1);
            }
            assertTrue(Weighted.same(weights, others));
        }
    }

    @Test
    void aWeightOfZerosMovesByTheLearningRateAlone() {
        try (Weighted weights = new Weighted()) {
            weights.add("zero.weight", new float[4], 2, 2);
            weights.gradient("zero.weight", new float[] {1, -1, 2, -2});
            try (Lamb lamb = new Lamb(weights.tensors, 0.01)) {
                lamb.step(0.5, 1);
            }
            assertArrayEquals(new float[] {-0.5f, 0.5f, -0.5f, 0.5f}, weights.values("zero.weight"), 1e-5f);
        }
    }

    @Test
    void aDecayingWeightMovesByThatPartOfItsLengthThatTheLearningRateIs() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random); Weighted before = weights.copy();
                Lamb lamb = new Lamb(weights.tensors, 0.01)) {
            weights.randomGradients(random, 3);
            lamb.step(0.25, 1);
            double moved = Weighted.distance(weights.values("encoder.dense.weight"),
                    before.values("encoder.dense.weight"));
            assertEquals(0.25, moved, 1e-6);
        }
    }

    private static float[] times(double scale, float[] values) {
        float[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) scale;
        }
        return scaled;
    }
}
