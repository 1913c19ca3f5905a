package dev.pluglm.corpus.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.corpus.Fixtures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaticMaskingTest {
    private final long seed = new Random().nextLong();
    private final StaticMasking masking = new StaticMasking(Fixtures.tokenizer().vocabulary(), 0.15, new SplittableRandom(seed));

    StaticMaskingTest() {
        System.out.println("seed " + seed);
    }

    private static Sample sample(int a, int b) {
        return Sample.of(Collections.nCopies(a, "cat"), Collections.nCopies(b, "dog"), false);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "4,3,2", "60,65,19", "14,13,4", "40,47,14"})
    void fifteenPercentOfAllTokensAreMaskedRoundedHalfToEven(int a, int b, int expected) {
        assertEquals(expected, masking.mask(sample(a, b)).mask().orElseThrow().positions().size());
    }

    @Test
    void positionsAreAscendingPointIntoTheSampleAndLabelsRestoreIt() {
        for (int round = 0; round < 200; round++) {
            Sample plain = sample(1 + round % 20, 1 + round % 13);
            Sample masked = masking.mask(plain);
            List<String> tokens = new ArrayList<>(List.of("[CLS]"));
            tokens.addAll(masked.a());
            tokens.add("[SEP]");
            tokens.addAll(masked.b());
            Sample.Mask mask = masked.mask().orElseThrow();
            for (int i = 0; i < mask.positions().size(); i++) {
                assertTrue(i == 0 || mask.positions().get(i) > mask.positions().get(i - 1));
                tokens.set(mask.positions().get(i), mask.labels().get(i));
            }
            assertEquals(plain.a(), tokens.subList(1, 1 + plain.a().size()), "seed " + seed);
            assertEquals(plain.b(), tokens.subList(2 + plain.a().size(), tokens.size()), "seed " + seed);
        }
    }

    @Test
    void eightOfTenAreMaskedAndOneIsKept() {
        int masked = 0;
        int kept = 0;
        int all = 0;
        for (int round = 0; round < 1000; round++) {
            Sample sample = masking.mask(sample(60, 0));
            for (int position : sample.mask().orElseThrow().positions()) {
                all++;
                masked += sample.a().get(position - 1).equals("[MASK]") ? 1 : 0;
                kept += sample.a().get(position - 1).equals("cat") ? 1 : 0;
            }
        }
        assertEquals(0.8, masked / (double) all, 0.03, "seed " + seed);
        assertEquals(0.1, kept / (double) all, 0.03, "seed " + seed);
    }
}
