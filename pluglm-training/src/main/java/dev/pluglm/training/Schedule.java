package dev.pluglm.training;

import dev.pluglm.problem.Problem;

/**
 * The learning rate of each update. Updates are counted from 1; one that the schedule does not have is an error, so
 * that a loop that runs too long stops instead of training with a rate that is not a number (SPEC 3, the trap).
 */
public sealed interface Schedule {

    /**
     * The learning rate of update {@code update}.
     *
     * @param update 1 for the first update
     * @return finite and at least 0
     * @throws IllegalArgumentException if the schedule has no such update
     */
    double learningRate(long update);

    /**
     * The schedule of the published pre-training (SPEC 3). With x = n / maxSteps, update n has the rate
     * peak * x / warmupProportion while x &lt; warmupProportion, then peak * sqrt(1 - x). So update 1 is above 0
     * already, the rate falls at once from nearly peak to peak * sqrt(1 - warmupProportion), and update maxSteps has
     * the rate 0. Like the reference, x is an fp32 number.
     *
     * @param peak what the warm-up climbs to, finite and at least 0
     * @param warmupProportion which part of all updates warms up, 0 to 1
     * @param maxSteps how many updates there are, at least 0
     */
    record PolynomialWarmup(double peak, double warmupProportion, long maxSteps) implements Schedule {

        /** @throws Problem if a number is out of its range */
        public PolynomialWarmup {
            requirePeak(peak);
            if (!(warmupProportion >= 0 && warmupProportion <= 1)) {
                throw Problem.of("the warm-up proportion is %s, expected 0 to 1", warmupProportion);
            }
            requireNotNegative("the number of training steps", maxSteps);
        }

        @Override
        public double learningRate(long update) {
            requireUpdate(update, maxSteps);
            float x = (float) update / (float) maxSteps;
            return x < (float) warmupProportion ? peak * x / warmupProportion : peak * Math.sqrt(1 - x);
        }
    }

    /**
     * Hugging Face's {@code get_linear_schedule_with_warmup}. Its scheduler gives update n the factor of c = n - 1
     * updates behind it: c / warmupSteps while c &lt; warmupSteps, then (maxSteps - c) / (maxSteps - warmupSteps). So
     * update 1 has the rate 0 if there is a warm-up, update warmupSteps + 1 has the peak, and the last one,
     * maxSteps, has peak / (maxSteps - warmupSteps).
     *
     * @param peak what the warm-up climbs to, finite and at least 0
     * @param warmupSteps how many updates warm up, at least 0; more than maxSteps: the peak is never reached
     * @param maxSteps how many updates there are, at least 0
     */
    record LinearDecay(double peak, long warmupSteps, long maxSteps) implements Schedule {

        /** @throws Problem if a number is out of its range */
        public LinearDecay {
            requirePeak(peak);
            requireNotNegative("the number of warm-up steps", warmupSteps);
            requireNotNegative("the number of training steps", maxSteps);
        }

        @Override
        public double learningRate(long update) {
            requireUpdate(update, maxSteps);
            long behind = update - 1;
            return behind < warmupSteps
                    ? peak * ((double) behind / warmupSteps)
                    : peak * ((double) (maxSteps - behind) / (maxSteps - warmupSteps));
        }
    }

    /**
     * Hugging Face's {@code get_constant_schedule_with_warmup}: update n has peak * (n - 1) / warmupSteps while
     * n - 1 &lt; warmupSteps, then peak, without end.
     *
     * @param peak what the warm-up climbs to, finite and at least 0
     * @param warmupSteps how many updates warm up, at least 0
     */
    record Constant(double peak, long warmupSteps) implements Schedule {

        /** @throws Problem if a number is out of its range */
        public Constant {
            requirePeak(peak);
            requireNotNegative("the number of warm-up steps", warmupSteps);
        }

        @Override
        public double learningRate(long update) {
            requireUpdate(update, Long.MAX_VALUE);
            long behind = update - 1;
            return behind < warmupSteps ? peak * ((double) behind / warmupSteps) : peak;
        }
    }

    private static void requirePeak(double peak) {
        if (!(peak >= 0 && Double.isFinite(peak))) {
            throw Problem.of("the learning rate is %s, expected a number of at least 0", peak);
        }
    }

    private static void requireNotNegative(String what, long count) {
        if (count < 0) {
            throw Problem.of("%s is %d, expected at least 0", what, count);
        }
    }

    private static void requireUpdate(long update, long last) {
        if (update < 1 || update > last) {
            throw new IllegalArgumentException(
                    "update %d has no learning rate: the schedule has updates 1 to %d".formatted(update, last));
        }
    }
}
