package dev.pluglm.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SharesTest {

    @Test
    void scoresAddUp() {
        ClozeScores scores = ClozeScores.NONE.with(1).with(4).with(10).with(11);
        assertEquals(new Share(1, 4), scores.first());
        assertEquals(new Share(3, 4), scores.inTen());
        assertEquals((1 + 0.25 + 0.1 + 1 / 11.0) / 4, scores.meanReciprocalRank(), 1e-12);
    }

    @Test
    void aShareKnowsItsPercentAndItsError() {
        Share share = new Share(36, 100);
        assertEquals(36, share.percent());
        assertEquals(4.8, share.standardError(), 1e-12);
        assertEquals("36.0", share.toString());
        assertEquals("-", Share.NONE.toString());
        assertEquals(0, Share.NONE.percent());
        assertThrows(IllegalArgumentException.class, () -> new Share(2, 1));
    }

    @Test
    void wordsAreComparedWithoutCaseAccentsAndPunctuation() {
        assertEquals(" agust johannsson 1941 ", Words.of("Ágúst, Jóhannsson (1941)"));
        assertEquals(true, Words.contains(Words.of("Born in São Paulo."), Words.of("sao paulo")));
        assertEquals(false, Words.contains(Words.of("The Parisian"), Words.of("Paris")));
        assertEquals(false, Words.contains(Words.of("anything"), Words.of("?!")));
    }
}
