package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

class GradientsTest {

    @Test
    void theNormIsThatOfAllGradientsTogether() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random)) {
            assertEquals(0, Gradients.norm(weights.tensors.values()), "no gradients");
            assertEquals(0, Gradients.norm(List.of()), "no weights");
            weights.randomGradients(random, 3);
            double squares = 0;
            for (String name : weights.tensors.keySet()) {
                for (float value : weights.gradient(name)) {
                    squares += (double) value * value;
                }
            }
            assertEquals(Math.sqrt(squares), Gradients.norm(weights.tensors.values()), 1e-6 * Math.sqrt(squares));
        }
    }

    @Test
    void theNormOfALargeTableIsExact() {
        // Plainly added up in fp32, this is off by 4e-4.
        Random random = Seeds.random();
        float[] gradient = Weighted.normal(random, 20_000 * 384, 1e-3);
        double squares = 0;
        for (float value : gradient) {
            squares += (double) value * value;
        }
        try (Weighted weights = new Weighted()) {
            weights.add("embeddings.weight", new float[gradient.length], 20_000, 384);
            weights.gradient("embeddings.weight", gradient);
            double norm = Gradients.norm(weights.tensors.values());
            assertEquals(Math.sqrt(squares), norm, 2e-6 * norm);
        }
    }

    @Test
    void oneNumberThatIsNotFiniteIsFound() {
        Random random = Seeds.random();
        try (Weighted weights = Weighted.random(random)) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                for (String name : weights.tensors.keySet()) {
                    weights.randomGradients(random, 1);
                    assertTrue(Gradients.finite(weights.tensors.values()));
                    float[] gradient = weights.gradient(name);
                    gradient[random.nextInt(gradient.length)] = bad;
                    weights.gradient(name, gradient);
                    assertFalse(Gradients.finite(weights.tensors.values()), bad + " in " + name);
                    assertFalse(Double.isFinite(Gradients.norm(weights.tensors.values())));
                }
            }
        }
    }

    @Test
    void clippingBringsTheTrueNormDownToTheLongestAllowed() {
        Random random = Seeds.random();
        for (int i = 0; i < 1000; i++) {
            double scale = Math.scalb(1.0, random.nextInt(17));
            double norm = Math.exp(10 * random.nextGaussian());
            double longest = Math.exp(random.nextGaussian());
            double divisor = Gradients.clipDivisor(norm * scale, scale, longest);
            assertTrue(divisor >= 1);
            assertEquals(Math.min(norm, longest), norm / divisor, 1e-12 * norm);
        }
        assertEquals(1, Gradients.clipDivisor(0, 65536, 1));
        assertEquals(1, Gradients.clipDivisor(1, 1, 1));
        assertEquals(1, Gradients.clipDivisor(1e9, 1, 0), "0: no clipping");
    }

    @Test
    void aNormThatIsNotFiniteCannotBeClipped() {
        for (double norm : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            assertThrows(IllegalArgumentException.class, () -> Gradients.clipDivisor(norm, 1, 1));
        }
        for (double longest : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            assertThrows(IllegalArgumentException.class, () -> Gradients.clipDivisor(1, 1, longest));
        }
    }

    @Test
    void zeroedGradientsAreGoneAndTheNextBackwardPassStartsAnew() {
        try (Weighted weights = new Weighted(); Scope _ = Scope.open()) {
            weights.add("a", new float[] {1, 2}, 2);
            weights.add("b", new float[] {3}, 1);
            Tensor weight = weights.tensors.get("a");
            for (int i = 0; i < 3; i++) {
                Gradients.zero(weights.tensors.values());
                assertFalse(weight.grad().defined());
                weight.mul(weight).sum().backward();
                assertEquals(4, Tensors.floats(weight.grad())[1], "2 x weight, not a sum over passes");
            }
            assertFalse(weights.tensors.get("b").grad().defined());
        }
    }
}
