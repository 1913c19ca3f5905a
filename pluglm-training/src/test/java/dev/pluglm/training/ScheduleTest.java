package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

class ScheduleTest {

    @Test
    void thePolynomialScheduleIsThatOfTheReference() {
        Golden golden = Golden.lamb();
        double peak = golden.number("base_lr");
        double warmup = golden.number("warmup_proportion");
        agrees(golden.list("lr_by_step"), new Schedule.PolynomialWarmup(peak, warmup, 20));
        agrees(golden.list("poly_warmup_first_30_of_100"), new Schedule.PolynomialWarmup(peak, warmup, 100));
    }

    private static void agrees(double[] expected, Schedule schedule) {
        for (int n = 1; n <= expected.length; n++) {
            assertEquals(expected[n - 1], schedule.learningRate(n), 1e-6 * expected[n - 1], "update " + n);
        }
    }

    @Test
    void thePolynomialScheduleDropsAtTheEndOfItsWarmUpAndEndsAtZero() {
        Schedule schedule = new Schedule.PolynomialWarmup(1, 0.5, 8);
        assertEquals(0.75, schedule.learningRate(3), 1e-7);
        assertEquals(Math.sqrt(0.5), schedule.learningRate(4), 1e-7, "x = w belongs to the decay");
        assertEquals(0, schedule.learningRate(8));
        assertEquals(Math.sqrt(0.75), new Schedule.PolynomialWarmup(1, 0, 4).learningRate(1), "no warm-up");
        assertEquals(0.75, new Schedule.PolynomialWarmup(1, 1, 4).learningRate(3), "nothing but warm-up");
    }

    @Test
    void theLinearScheduleGivesUpdateNTheFactorOfNMinusOne() {
        Schedule schedule = new Schedule.LinearDecay(1, 4, 10);
        double[] expected = {0, 0.25, 0.5, 0.75, 1, 5 / 6.0, 4 / 6.0, 3 / 6.0, 2 / 6.0, 1 / 6.0};
        for (int n = 1; n <= 10; n++) {
            assertEquals(expected[n - 1], schedule.learningRate(n), 1e-15, "update " + n);
        }
        assertEquals(2, new Schedule.LinearDecay(2, 0, 3).learningRate(1), "without warm-up the first has the peak");
    }

    @Test
    void theConstantScheduleWarmsUpAndStays() {
        Schedule schedule = new Schedule.Constant(3, 2);
        assertEquals(0, schedule.learningRate(1));
        assertEquals(1.5, schedule.learningRate(2));
        assertEquals(3, schedule.learningRate(3));
        assertEquals(3, schedule.learningRate(Long.MAX_VALUE));
        assertEquals(3, new Schedule.Constant(3, 0).learningRate(1));
    }

    @Test
    void everyUpdateOfAnyScheduleHasAFiniteRateUpToThePeak() {
        Random random = Seeds.random();
        for (int i = 0; i < 2000; i++) {
            double peak = random.nextDouble();
            // Up to far beyond what fp32 can count.
            long steps = 1 + (random.nextLong() >>> (1 + random.nextInt(60)));
            long warmup = (long) (2 * random.nextDouble() * steps);
            double proportion = random.nextInt(4) == 0 ? random.nextInt(2) : random.nextDouble();
            for (Schedule schedule : List.of(new Schedule.PolynomialWarmup(peak, proportion, steps),
                    new Schedule.LinearDecay(peak, Math.max(0, warmup), steps),
                    new Schedule.Constant(peak, Math.max(0, warmup)))) {
                long some = 1 + (long) (random.nextDouble() * (steps - 1));
                for (long n : new long[] {1, some, steps}) {
                    double rate = schedule.learningRate(n);
                    assertTrue(rate >= 0 && rate <= peak * 1.0000001, schedule + " gives " + rate + " for " + n);
                }
            }
        }
    }

    @Test
    void anUpdateAfterTheLastIsAnErrorAndNeverNaN() {
        for (Schedule schedule : List.of(new Schedule.PolynomialWarmup(1, 0.3, 5), new Schedule.LinearDecay(1, 2, 5))) {
            String message = assertThrows(IllegalArgumentException.class, () -> schedule.learningRate(6)).getMessage();
            assertTrue(message.contains("update 6") && message.contains("1 to 5"), message);
            assertThrows(IllegalArgumentException.class, () -> schedule.learningRate(0));
        }
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Constant(1, 0).learningRate(0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.LinearDecay(1, 0, 0).learningRate(1));
    }

    @Test
    void numbersOutOfRangeAreRefusedInOneLine() {
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(Problem.class, () -> new Schedule.PolynomialWarmup(bad, 0.1, 5));
            assertThrows(Problem.class, () -> new Schedule.PolynomialWarmup(1, bad, 5));
            assertThrows(Problem.class, () -> new Schedule.LinearDecay(bad, 1, 5));
            assertThrows(Problem.class, () -> new Schedule.Constant(bad, 1));
        }
        String message = assertThrows(Problem.class, () -> new Schedule.PolynomialWarmup(1, 1.5, 5)).getMessage();
        assertEquals("the warm-up proportion is 1.5, expected 0 to 1", message);
        assertThrows(Problem.class, () -> new Schedule.LinearDecay(1, -1, 5));
        assertThrows(Problem.class, () -> new Schedule.LinearDecay(1, 0, -5));
        assertThrows(Problem.class, () -> new Schedule.Constant(1, -1));
    }
}
