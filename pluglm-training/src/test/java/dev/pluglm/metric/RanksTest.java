package dev.pluglm.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RanksTest {

    @Test
    void theRankIsThatOfTheBestRightToken() {
        float[] logits = {0.5f, 2, -1, 2.5f, 1};
        assertEquals(1, Ranks.of(logits, 3));
        assertEquals(2, Ranks.of(logits, 2, 1));
        assertEquals(5, Ranks.of(logits, 2));
        assertEquals(3, Ranks.best(logits, 1)[0]);
    }

    @Test
    void ofEqualLogitsTheLowerIdStandsFirst() {
        float[] logits = {1, 1, 1};
        assertEquals(1, Ranks.of(logits, 0));
        assertEquals(3, Ranks.of(logits, 2));
        assertEquals(2, Ranks.of(logits, 2, 1));
        assertEquals(0, Ranks.best(logits, 1)[0]);
    }

    @Test
    void whatIsNoNumberNeverLooksGood() {
        float nan = Float.NaN;
        assertEquals(3, Ranks.of(new float[] {nan, nan, nan}, 0));
        assertEquals(3, Ranks.of(new float[] {nan, nan, 1}, 2));
        assertEquals(3, Ranks.of(new float[] {nan, 1, nan}, 1, 2));
        assertArrayEquals(new int[] {2, 0, 1}, Ranks.best(new float[] {nan, nan, 1}, 5));
    }

    @Test
    void theBestComeInTheOrderOfTheirRanks() {
        float[] scores = {0.5f, 2, -1, 2, 1};
        assertArrayEquals(new int[] {1, 3, 4}, Ranks.best(scores, 3));
        int[] all = Ranks.best(scores, 5);
        for (int place = 0; place < all.length; place++) {
            assertEquals(place + 1, Ranks.of(scores, all[place]));
        }
    }
}
