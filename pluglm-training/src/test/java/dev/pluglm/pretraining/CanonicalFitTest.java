package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/** Canonical correlation analysis on data whose truth is known. */
class CanonicalFitTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);
    private static final int HIDDEN = 24;
    private static final int SHARED = 6;

    private final Random random = new Random(SEED);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Tensor normal(int rows, int columns) {
        float[] numbers = new float[rows * columns];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return Tensors.of(numbers, rows, columns).to(ScalarType.Double);
    }

    /** Pairs that share few directions beside much louder ones of their own. */
    private final class World {
        final Tensor toX = normal(SHARED, HIDDEN);
        final Tensor toY = normal(SHARED, HIDDEN);
        final Tensor noiseX = normal(HIDDEN, HIDDEN).mul(new Scalar(0.2));
        final Tensor noiseY = normal(4, HIDDEN).mul(new Scalar(5.0));

        Tensor[] pairs(int count) {
            Tensor shared = normal(count, SHARED);
            return new Tensor[] {
                shared.matmul(toX).add(normal(count, HIDDEN).matmul(noiseX)).add(new Scalar(3.0)),
                shared.matmul(toY).add(normal(count, 4).matmul(noiseY)).add(new Scalar(-2.0))};
        }
    }

    private static CanonicalFit fit(Moments asked, Moments pairs) {
        return new CanonicalFit(SHARED, new CanonicalFit.Ridges(0.1, 0.3), asked, List.of(pairs));
    }

    private static double found(Tensor queries, Tensor keys) {
        Tensor lengths = keys.square().sum(1).sqrt().unsqueeze(1);
        long[] best = Tensors.longs(queries.matmul(keys.div(lengths).t()).argmax(
                new LongOptional(1), false));
        int right = 0;
        for (int i = 0; i < best.length; i++) {
            right += best[i] == i ? 1 : 0;
        }
        return (double) right / best.length;
    }

    @Test
    void heldOutPairsFindEachOtherAlthoughMostOfWhatIsSeenOfThemIsNotShared() {
        World world = new World();
        Tensor[] seen = world.pairs(3000);
        Tensor[] heldOut = world.pairs(100);
        Moments pairs = Moments.none(HIDDEN, HIDDEN);
        pairs.add(seen[0], seen[1]);
        Moments asked = Moments.none(HIDDEN, HIDDEN);
        asked.add(seen[1]);
        CanonicalFit fit = fit(asked, pairs);
        double fitted = found(fit.normalizedExpected(pairs).apply(heldOut[0]), fit.keys().apply(heldOut[1]));
        double asTheyAre = found(heldOut[0].sub(pairs.mean()), heldOut[1].sub(pairs.meanY()));
        assertTrue(fitted > 0.5, () -> "found %s, seed %d".formatted(fitted, SEED));
        assertTrue(asTheyAre < 0.2, () -> "found %s, seed %d".formatted(asTheyAre, SEED));
    }

    @Test
    void queriesHaveMeanZeroAndVarianceOne() {
        World world = new World();
        Tensor[] seen = world.pairs(500);
        Moments pairs = Moments.none(HIDDEN, HIDDEN);
        pairs.add(seen[0].narrow(0, 0, 200), seen[1].narrow(0, 0, 200));
        pairs.add(seen[0].narrow(0, 200, 300), seen[1].narrow(0, 200, 300));
        Moments asked = Moments.none(HIDDEN, HIDDEN);
        asked.add(seen[1]);
        Tensor queries = fit(asked, pairs).normalizedExpected(pairs).apply(seen[0]);
        for (int i = 0; i < SHARED; i++) {
            Tensor one = queries.select(1, i);
            double mean = one.mean().item_double();
            assertEquals(0, mean, 1e-9);
            assertEquals(1, one.square().mean().item_double() - mean * mean, 1e-9);
        }
    }

    @Test
    void theRegressionIsTheOneThatMadeThePairs() {
        Tensor x = normal(2000, HIDDEN).add(new Scalar(7.0));
        Tensor map = normal(HIDDEN, HIDDEN);
        Moments pairs = Moments.none(HIDDEN, HIDDEN);
        pairs.add(x, x.matmul(map).sub(new Scalar(4.0)));
        Tensor difference = pairs.regression(1e-9).sub(map).abs().max();
        assertTrue(difference.item_double() < 1e-5, () -> "seed " + SEED);
        assertEquals(7, pairs.mean().mean().item_double(), 0.1);
    }

    @Test
    void directionsThatAreNeverSeenDoNotBreakIt() {
        World world = new World();
        Tensor[] seen = world.pairs(300);
        Tensor flat = torch.cat(new TensorVector(seen[1].narrow(1, 0, HIDDEN - 1),
                torch.zeros(new long[] {300, 1}, seen[1].options())), 1);
        Moments pairs = Moments.none(HIDDEN, HIDDEN);
        pairs.add(seen[0], flat);
        Moments asked = Moments.none(HIDDEN, HIDDEN);
        asked.add(flat);
        Tensor keys = fit(asked, pairs).keys().apply(flat);
        assertTrue(Double.isFinite(keys.abs().max().item_double()), () -> "seed " + SEED);
    }
}
