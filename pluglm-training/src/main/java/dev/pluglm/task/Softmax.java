package dev.pluglm.task;

import java.util.Arrays;

/** Probabilities out of a head's numbers. */
final class Softmax {

    private Softmax() {}

    /** Probabilities that sum to 1. */
    static double[] of(double... numbers) {
        double largest = Arrays.stream(numbers).max().orElse(0);
        double[] powers = Arrays.stream(numbers).map(number -> Math.exp(number - largest)).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(power -> power / sum).toArray();
    }

    /** Some of the numbers of an output, as doubles. */
    static double[] doubles(float[] numbers, int from, int count) {
        double[] doubles = new double[count];
        for (int i = 0; i < count; i++) {
            doubles[i] = numbers[from + i];
        }
        return doubles;
    }

    /** Where the largest number stands, the first of equals. */
    static int largest(double[] numbers) {
        int best = 0;
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] > numbers[best]) {
                best = i;
            }
        }
        return best;
    }

    /** The probability of yes for a single number. */
    static double sigmoid(double number) {
        return 1 / (1 + Math.exp(-number));
    }
}
