package dev.pluglm.training;

import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Weights of a small model and their gradients, for tests of what changes them. */
final class Weighted implements AutoCloseable {

    final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** Decaying and exempt weights, a matrix of zeros, one of 1 row, one that is larger than a vector register. */
    static Weighted random(Random random) {
        Weighted weights = new Weighted();
        weights.add("encoder.dense.weight", normal(random, 33 * 17, 0.02), 33, 17);
        weights.add("encoder.dense.bias", normal(random, 33, 0.02), 33);
        weights.add("encoder.LayerNorm.weight", normal(random, 17, 1), 17);
        weights.add("know_attn.beta", normal(random, 12, 1), 12);
        weights.add("batch_norm.weight", normal(random, 5, 1), 5);
        weights.add("att_fc2.weight", normal(random, 40, 1), 1, 40);
        weights.add("zero.weight", new float[9], 3, 3);
        return weights;
    }

    Weighted copy() {
        Weighted copy = new Weighted();
        tensors.forEach((name, tensor) -> copy.add(name, Tensors.floats(tensor), Tensors.shape(tensor)));
        return copy;
    }

    void add(String name, float[] values, long... shape) {
        try (Scope _ = Scope.open()) {
            Tensor tensor = Scope.keep(Tensors.of(values, shape));
            tensor.set_requires_grad(true);
            tensors.put(name, tensor);
        }
    }

    /** Sets a gradient in place of the one that is there. */
    void gradient(String name, float[] values) {
        try (Scope _ = Scope.open()) {
            Tensor weight = tensors.get(name);
            weight.mutable_grad().put(Tensors.of(values, Tensors.shape(weight)));
        }
    }

    float[] gradient(String name) {
        try (Scope _ = Scope.open()) {
            return Tensors.floats(tensors.get(name).grad());
        }
    }

    void randomGradients(Random random, double size) {
        tensors.forEach((name, tensor) -> gradient(name, normal(random, (int) tensor.numel(), size)));
    }

    float[] values(String name) {
        return Tensors.floats(tensors.get(name));
    }

    void set(String name, float[] values) {
        try (Scope _ = Scope.open(); NoGradGuard _ = new NoGradGuard()) {
            tensors.get(name).copy_(Tensors.of(values, Tensors.shape(tensors.get(name))));
        }
    }

    static float[] normal(Random random, int count, double size) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * size);
        }
        return values;
    }

    /** The distance of two vectors, as a part of the length of the expected one. */
    static double distance(float[] found, float[] expected) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) found[i] - expected[i], 2);
            length += Math.pow(expected[i], 2);
        }
        return difference == 0 ? 0 : Math.sqrt(difference / length);
    }

    static boolean same(Weighted one, Weighted other) {
        return one.tensors.keySet().stream().allMatch(name -> Arrays.equals(one.values(name), other.values(name)));
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
