package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;

import org.junit.jupiter.api.Test;

/** What every source of samples promises. */
abstract class SampleSourceContract {
    static final int MAX_TOKENS = 24;

    final long chosen = new Random().nextLong();
    final Random random = new Random(chosen);

    SampleSourceContract() {
        System.out.println(getClass().getSimpleName() + " seed " + chosen);
    }

    /** The same data in each call, some hundred samples. */
    abstract SampleSource open(long seed);

    static String shown(TrainingSample sample) {
        return TestVocabulary.pieces(sample.ids()) + " " + Arrays.toString(sample.types()) + sample.spans();
    }

    static List<String> read(SampleSource source, int epoch) {
        try (SampleSource.Epoch samples = source.epoch(epoch)) {
            List<String> read = new ArrayList<>();
            samples.forEachRemaining(sample -> read.add(shown(sample)));
            return read;
        }
    }

    @Test
    void anEpochHasAsManySamplesAsTheSourceSaysAndThenEnds() {
        SampleSource source = open(1);
        for (int epoch : new int[] {0, 1, 5}) {
            assertEquals(source.size(), read(source, epoch).size());
        }
        SampleSource.Epoch epoch = source.epoch(0);
        epoch.skip(source.size());
        assertFalse(epoch.hasNext());
        assertThrows(NoSuchElementException.class, epoch::next);
        epoch.close();
    }

    @Test
    void theSameSeedAndEpochGiveTheSameSamplesEvenFromAnotherSource() {
        SampleSource source = open(chosen);
        for (int epoch = 0; epoch < 3; epoch++) {
            List<String> first = read(source, epoch);
            assertEquals(first, read(source, epoch), "seed " + chosen);
            assertEquals(first, read(open(chosen), epoch), "seed " + chosen);
        }
    }

    @Test
    void anotherEpochAndAnotherSeedGiveAnotherOrder() {
        assertNotEquals(read(open(1), 0), read(open(1), 1));
        assertNotEquals(read(open(1), 0), read(open(2), 0));
    }

    @Test
    void leavingSamplesOutGivesTheRestAsReadingThemDoes() {
        SampleSource source = open(chosen);
        List<String> all = read(source, 3);
        for (int round = 0; round < 30; round++) {
            List<String> rest = new ArrayList<>();
            int at = 0;
            try (SampleSource.Epoch epoch = source.epoch(3)) {
                while (epoch.hasNext()) {
                    int step = random.nextInt(Math.min(all.size() - at, 1 + random.nextInt(all.size())) + 1);
                    epoch.skip(step);
                    at += step;
                    for (int i = random.nextInt(5); i > 0 && at < all.size(); i--) {
                        assertEquals(all.get(at), shown(epoch.next()), "seed " + chosen + ", sample " + at);
                        rest.add(all.get(at++));
                    }
                }
            }
        }
    }

    @Test
    void moreThanThereIsCannotBeLeftOut() {
        try (SampleSource.Epoch epoch = open(1).epoch(0)) {
            assertThrows(IllegalArgumentException.class, () -> epoch.skip(100_000));
            assertThrows(IllegalArgumentException.class, () -> epoch.skip(-1));
        }
    }

    @Test
    void theFingerprintIsTheSameForTheSameDataWhateverTheSeed() {
        String fingerprint = open(1).fingerprint();
        assertTrue(fingerprint.matches("[0-9a-f]{64}"), fingerprint);
        assertEquals(fingerprint, open(2).fingerprint());
    }

    @Test
    void samplesBeginAndEndAsTheModelExpectsThemAndAreNotTooLong() {
        try (SampleSource.Epoch epoch = open(1).epoch(0)) {
            epoch.forEachRemaining(sample -> {
                assertEquals(TestVocabulary.id("[CLS]"), sample.ids()[0]);
                assertEquals(TestVocabulary.id("[SEP]"), sample.ids()[sample.length() - 1]);
                assertTrue(sample.length() >= 3 && sample.length() <= MAX_TOKENS, shown(sample));
            });
        }
    }
}
