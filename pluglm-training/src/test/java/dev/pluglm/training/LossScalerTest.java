package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;

class LossScalerTest {

    @Test
    void doublesAfterTwoThousandCleanUpdatesAndHalvesOnOverflow() {
        LossScaler scaler = LossScaler.dynamic();
        assertEquals(65536, scaler.scale());
        clean(scaler, 1999);
        assertEquals(65536, scaler.scale());
        clean(scaler, 1);
        assertEquals(131072, scaler.scale());
        clean(scaler, 1999);
        scaler.update(true);
        assertEquals(65536, scaler.scale());
        clean(scaler, 1999);
        assertEquals(65536, scaler.scale(), "an overflow starts the count anew");
        clean(scaler, 1);
        assertEquals(131072, scaler.scale());
    }

    @Test
    void goesOnFromASavedState() {
        LossScaler scaler = LossScaler.dynamic();
        clean(scaler, 1990);
        LossScaler restored = LossScaler.restore(scaler.state());
        assertEquals(scaler.state(), restored.state());
        clean(restored, 10);
        assertEquals(131072, restored.scale());
        assertEquals(65536, scaler.scale());
    }

    @Test
    void whenDisabledTheScaleIsOneWhateverHappens() {
        LossScaler scaler = LossScaler.disabled();
        scaler.update(true);
        clean(scaler, 5000);
        assertEquals(1, scaler.scale());
        assertEquals(1, MixedPrecision.BF16.lossScaler().scale());
        assertEquals(1, MixedPrecision.NONE.lossScaler().scale());
        assertEquals(65536, MixedPrecision.FP16.lossScaler().scale());
    }

    @Test
    void theScaleStaysANumberThatGradientsCanBeDividedBy() {
        LossScaler low = LossScaler.dynamic();
        for (int i = 0; i < 1000; i++) {
            low.update(true);
        }
        LossScaler high = LossScaler.dynamic();
        clean(high, 400_000);
        for (double scale : new double[] {low.scale(), high.scale()}) {
            assertTrue((float) scale > 0 && 1 / (float) scale > 0 && Float.isFinite((float) scale), "scale " + scale);
        }
    }

    @Test
    void aStateThatCannotBeIsRefused() {
        for (double scale : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e300, 1e-300}) {
            assertThrows(Problem.class, () -> new LossScaler.State(true, scale, 0));
        }
        assertThrows(Problem.class, () -> new LossScaler.State(false, 2, 0));
        assertThrows(Problem.class, () -> new LossScaler.State(true, 1, -1));
        assertThrows(Problem.class, () -> new LossScaler.State(true, 1, 2000));
    }

    private static void clean(LossScaler scaler, int updates) {
        for (int i = 0; i < updates; i++) {
            scaler.update(false);
        }
    }
}
