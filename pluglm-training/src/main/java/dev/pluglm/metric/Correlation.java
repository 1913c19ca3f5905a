package dev.pluglm.metric;

import dev.pluglm.problem.Problem;

import java.util.Arrays;

import org.apache.commons.math3.stat.correlation.Covariance;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.apache.commons.math3.stat.ranking.NaturalRanking;
import org.apache.commons.math3.util.FastMath;

/**
 * How well predicted numbers follow the right ones, in [-1, 1]: as scipy defines it. A correlation with a constant, or
 * with a NaN, is NaN.
 */
public final class Correlation {

    private Correlation() {}

    /**
     * Pearson's correlation of two lists of numbers [examples].
     *
     * @throws Problem if there are fewer than two examples
     */
    public static double pearson(double[] labels, double[] predictions) {
        checkSize(labels, predictions);
        boolean infinite = !Arrays.stream(labels).allMatch(Double::isFinite)
                || !Arrays.stream(predictions).allMatch(Double::isFinite);
        if (infinite || isConstant(labels) || isConstant(predictions)) {
            return Double.NaN;
        }
        return correlation(scaled(labels), scaled(predictions));
    }

    /**
     * Spearman's rank correlation of two lists of numbers [examples]; equal numbers share the mean of their ranks.
     *
     * @throws Problem if there are fewer than two examples
     */
    public static double spearman(double[] labels, double[] predictions) {
        checkSize(labels, predictions);
        boolean unordered = Arrays.stream(labels).anyMatch(Double::isNaN)
                || Arrays.stream(predictions).anyMatch(Double::isNaN);
        if (unordered || isConstant(labels) || isConstant(predictions)) {
            return Double.NaN;
        }
        return correlation(ranks(labels), ranks(predictions));
    }

    // The library's PearsonsCorrelation goes through a regression's r squared: near 0 that has eight digits only.
    private static double correlation(double[] x, double[] y) {
        StandardDeviation deviation = new StandardDeviation(false);
        double spread = deviation.evaluate(x) * deviation.evaluate(y);
        return Math.clamp(new Covariance().covariance(x, y, false) / spread, -1, 1);
    }

    private static double[] ranks(double[] values) {
        // Adding 0 makes -0.0 the 0.0 that it is equal to.
        return new NaturalRanking().rank(Arrays.stream(values).map(value -> value + 0.0).toArray());
    }

    /** The same numbers times a power of two, so that the squares of very large or small ones are still numbers. */
    private static double[] scaled(double[] values) {
        double largest = Arrays.stream(values).map(Math::abs).max().orElse(1);
        int exponent = -Math.getExponent(largest);
        return Arrays.stream(values).map(value -> FastMath.scalb(value, exponent)).toArray();
    }

    private static boolean isConstant(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }

    private static void checkSize(double[] labels, double[] predictions) {
        Paired.check(labels.length, predictions.length);
        if (labels.length < 2) {
            throw new Problem("a correlation of 1 example is not defined; expected at least 2 examples with a score");
        }
    }
}
