package dev.pluglm.parity;

import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the largest difference of each kind. A number that is not finite is infinitely far from any other. */
final class Comparison {
    private final Map<String, ParityResult.Difference> worst = new LinkedHashMap<>();

    /** Compares tensors of equal shape: {@code absolute + relative * largest expected} is tolerated. */
    void tensors(
            String kind, String name, StoredTensor expected, Tensor found, double absolute, double relative) {
        if (!Arrays.equals(expected.shape(), Tensors.shape(found))) {
            throw Problem.of("%s has shape %s here, but %s is expected",
                    name, Arrays.toString(Tensors.shape(found)), Arrays.toString(expected.shape()));
        }
        tensors(kind, name, expected.floats(), Tensors.floats(found), absolute, relative);
    }

    /** Compares as many numbers as are expected, whatever the shape. */
    void tensors(String kind, String name, float[] expected, float[] found, double absolute, double relative) {
        if (expected.length != found.length) {
            throw Problem.of("%s has %d numbers here, but %d are expected", name, found.length, expected.length);
        }
        double largestExpected = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largestExpected = Math.max(largestExpected, Math.abs(expected[i]));
            double here = Math.abs((double) expected[i] - found[i]);
            difference = Double.isFinite(here) ? Math.max(difference, here) : Double.POSITIVE_INFINITY;
        }
        add(kind, name, difference, absolute + relative * largestExpected);
    }

    /** Compares numbers: {@code relative * expected} is tolerated. */
    void numbers(String kind, String name, double expected, double found, double relative) {
        double here = Math.abs(expected - found);
        add(kind, name, Double.isFinite(here) ? here : Double.POSITIVE_INFINITY, relative * Math.abs(expected));
    }

    /** Adds a difference of which {@code tolerated} is still fine. */
    void add(String kind, String name, double difference, double tolerated) {
        double share = difference == 0 ? 0 : difference / tolerated;
        ParityResult.Difference before = worst.get(kind);
        double largest = before == null ? difference : Math.max(before.largest(), difference);
        boolean worse = before == null || share > before.share();
        worst.put(kind, new ParityResult.Difference(
                kind, largest, worse ? share : before.share(), worse ? name : before.where()));
    }

    List<ParityResult.Difference> differences() {
        return List.copyOf(worst.values());
    }
}
