package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.pretraining.TrainingSample.FixedMask;
import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class MaskingTest {
    private static final Vocabulary VOCABULARY = TestVocabulary.VOCABULARY;
    private static final int MASK = VOCABULARY.mask();
    private static final MaskingOptions DEFAULTS = MaskingOptions.defaults();

    private final long seed = new Random().nextLong();
    private final SplittableRandom random = new SplittableRandom(seed);

    MaskingTest() {
        System.out.println("MaskingTest seed " + seed);
    }

    private static TrainingSample sample(String pieces, Span... spans) {
        int[] ids = TestVocabulary.ids(pieces);
        return new TrainingSample(ids, new int[ids.length], Optional.empty(), List.of(spans));
    }

    private TrainingSample anySample(int length) {
        int[] ids = random.ints(length, 0, VOCABULARY.size()).toArray();
        return new TrainingSample(ids, new int[length], Optional.empty(), List.of());
    }

    private void assertConsistent(TrainingSample sample, MaskedSample masked) {
        assertArrayEquals(sample.ids(), masked.originalIds(), "seed " + seed);
        assertArrayEquals(sample.types(), masked.types());
        int[] restored = masked.ids().clone();
        int before = -1;
        for (int i = 0; i < masked.positions().length; i++) {
            int position = masked.positions()[i];
            assertTrue(position > before, "seed " + seed);
            before = position;
            assertTrue(!VOCABULARY.isSpecial(sample.ids()[position]), "a special token is masked, seed " + seed);
            restored[position] = masked.labels()[i];
        }
        assertArrayEquals(sample.ids(), restored, "seed " + seed);
    }

    @Test
    void whateverIsMaskedCanBePutBackAndNoSpecialTokenIsChosen() {
        for (Masking masking : List.of(new PublishedMasking(VOCABULARY, DEFAULTS.withProbability(0.5)),
                new WholeWordMasking(VOCABULARY, DEFAULTS.withProbability(0.5)),
                new SalientMasking(VOCABULARY, DEFAULTS, 0.5, 0))) {
            for (int round = 0; round < 300; round++) {
                TrainingSample sample = anySample(1 + random.nextInt(80));
                assertConsistent(sample, masking.mask(sample, random));
            }
        }
    }

    @Test
    void theSameRandomNumbersGiveTheSameMask() {
        TrainingSample sample = anySample(100);
        Masking masking = new PublishedMasking(VOCABULARY, DEFAULTS);
        MaskedSample first = masking.mask(sample, new SplittableRandom(seed));
        assertArrayEquals(first.ids(), masking.mask(sample, new SplittableRandom(seed)).ids(), "seed " + seed);
    }

    @Test
    void fifteenInHundredTokensAreChosenAndOfThese80AreMaskedAnd10ReplacedAnd10Left() {
        SplittableRandom fixed = new SplittableRandom(12345);
        Masking masking = new PublishedMasking(VOCABULARY, DEFAULTS);
        TrainingSample sample = sample("[CLS] " + "the was born in paris ".repeat(20) + "[SEP]");
        int chosen = 0;
        int masks = 0;
        int left = 0;
        int[] replacements = new int[VOCABULARY.size()];
        int rounds = 4000;
        for (int round = 0; round < rounds; round++) {
            MaskedSample masked = masking.mask(sample, fixed);
            for (int i = 0; i < masked.positions().length; i++) {
                int now = masked.ids()[masked.positions()[i]];
                chosen++;
                masks += now == MASK ? 1 : 0;
                left += now == masked.labels()[i] ? 1 : 0;
                replacements[now] += now == MASK || now == masked.labels()[i] ? 0 : 1;
            }
        }
        // Four standard deviations of what chance gives.
        assertNear(0.15 * 100 * rounds, 100 * rounds, 0.15, chosen);
        double any = 1.0 / VOCABULARY.size();
        assertNear(chosen * (0.8 + 0.1 * any), chosen, 0.8, masks);
        assertNear(chosen * (0.1 + 0.1 * any), chosen, 0.1, left);
        // A token other than [MASK] and the five words is a replacement with the same chance as any other.
        double expected = chosen * 0.1 * any;
        double chiSquare = IntStream.range(0, VOCABULARY.size()).filter(id -> id != MASK)
                .filter(id -> Arrays.stream(sample.ids()).skip(1).limit(5).noneMatch(own -> own == id))
                .mapToDouble(id -> (replacements[id] - expected) * (replacements[id] - expected) / expected).sum();
        int freedom = VOCABULARY.size() - 6;
        assertTrue(chiSquare < freedom + 4 * Math.sqrt(2.0 * freedom), "chi square " + chiSquare);
        assertTrue(replacements[VOCABULARY.classification()] > 0, "special tokens are replacements too");
    }

    private static void assertNear(double expected, double trials, double probability, int found) {
        double deviation = Math.sqrt(trials * probability * (1 - probability));
        assertEquals(expected, found, 4 * deviation);
    }

    @Test
    void atLeastOneTokenIsMaskedUnlessTheOptionsSayOtherwise() {
        TrainingSample sample = sample("[CLS] the [SEP]");
        for (double probability : new double[] {0, 0.01, 0.15}) {
            Masking some = new PublishedMasking(VOCABULARY, DEFAULTS.withProbability(probability));
            Masking words = new WholeWordMasking(VOCABULARY, DEFAULTS.withProbability(probability));
            assertArrayEquals(new int[] {1}, some.mask(sample, random).positions());
            assertArrayEquals(new int[] {1}, words.mask(sample, random).positions());
        }
        Masking none = new PublishedMasking(VOCABULARY, DEFAULTS.withProbability(0).withAtLeastOne(false));
        assertEquals(0, none.mask(sample, random).positions().length);
    }

    @Test
    void aSampleOfSpecialTokensOnlyComesBackUnmasked() {
        TrainingSample sample = sample("[CLS] [UNK] [MASK] [UNK] [SEP]");
        MaskedSample masked = new PublishedMasking(VOCABULARY, DEFAULTS.withProbability(1)).mask(sample, random);
        assertEquals(0, masked.positions().length);
        assertArrayEquals(sample.ids(), masked.ids());
    }

    @Test
    void wholeWordsAreMaskedWhole() {
        Masking masking = new WholeWordMasking(VOCABULARY, DEFAULTS.withProbability(0.3));
        TrainingSample sample = sample("[CLS] una ##ffa ##ble the a ##b [UNK] c ##d [SEP] b ##c ##d ##e [SEP]");
        List<Span> words = List.of(new Span(1, 4), new Span(4, 5), new Span(5, 7), new Span(8, 10), new Span(11, 15));
        boolean[] seen = new boolean[words.size()];
        for (int round = 0; round < 500; round++) {
            int[] positions = masking.mask(sample, random).positions();
            int covered = 0;
            for (int w = 0; w < words.size(); w++) {
                Span word = words.get(w);
                long inWord = Arrays.stream(positions).filter(at -> at >= word.from() && at < word.to()).count();
                assertTrue(inWord == 0 || inWord == word.length(), "seed " + seed + ": " + Arrays.toString(positions));
                covered += (int) inWord;
                seen[w] |= inWord > 0;
            }
            assertEquals(positions.length, covered, "seed " + seed);
        }
        assertArrayEquals(new boolean[] {true, true, true, true, true}, seen, "seed " + seed);
    }

    @Test
    void noMoreIsMaskedThanAllowedAndWordsStayWhole() {
        TrainingSample sample = sample("[CLS] " + "una ##ffa ##ble the a ##b ".repeat(10) + "[SEP]");
        for (int most = 3; most < 40; most++) {
            MaskingOptions options = DEFAULTS.withProbability(0.9).withMaxMasked(most);
            MaskedSample tokens = new PublishedMasking(VOCABULARY, options).mask(sample, random);
            assertEquals(most, tokens.positions().length, "seed " + seed);
            MaskedSample words = new WholeWordMasking(VOCABULARY, options).mask(sample, random);
            assertTrue(words.positions().length <= most && words.positions().length >= most - 2, "seed " + seed);
            assertConsistent(sample, words);
            for (int position : words.positions()) {
                String piece = VOCABULARY.token(sample.ids()[position]);
                assertTrue(!piece.equals("una") || Arrays.binarySearch(words.positions(), position + 2) >= 0,
                        "seed " + seed);
            }
        }
    }

    @Test
    void aWordLongerThanAllowedIsMaskedAllTheSameSoThatSomethingIs() {
        TrainingSample sample = sample("[CLS] una ##ffa ##ble [SEP]");
        Masking masking = new WholeWordMasking(VOCABULARY, DEFAULTS.withMaxMasked(2));
        assertArrayEquals(new int[] {1, 2, 3}, masking.mask(sample, random).positions());
    }

    @Test
    void oneSalientSpanIsHiddenWithAllItsPieces() {
        Masking masking = new SalientMasking(VOCABULARY, DEFAULTS, 0, 0);
        TrainingSample sample = sample("[CLS] the una ##ffa ##ble was born in paris [SEP]", new Span(2, 5),
                new Span(8, 9));
        boolean[] seen = new boolean[2];
        for (int round = 0; round < 60; round++) {
            MaskedSample masked = masking.mask(sample, random);
            boolean first = masked.positions()[0] == 2;
            seen[first ? 0 : 1] = true;
            assertArrayEquals(first ? new int[] {2, 3, 4} : new int[] {8}, masked.positions(), "seed " + seed);
            assertTrue(Arrays.stream(masked.positions()).allMatch(at -> masked.ids()[at] == MASK));
            assertConsistent(sample, masked);
        }
        assertArrayEquals(new boolean[] {true, true}, seen, "seed " + seed);
        MaskedSample all = new SalientMasking(VOCABULARY, DEFAULTS, 1, 0).mask(sample, random);
        assertArrayEquals(new int[] {2, 3, 4, 8}, all.positions());
    }

    @Test
    void aSampleWithoutASalientSpanIsMaskedByWholeWords() {
        TrainingSample sample = sample("[CLS] una ##ffa ##ble [SEP]");
        MaskedSample masked = new SalientMasking(VOCABULARY, DEFAULTS, 0, 0).mask(sample, random);
        assertArrayEquals(new int[] {1, 2, 3}, masked.positions());
    }

    @Test
    void aSpanThatStandsElsewhereInTheSampleIsNotMasked() {
        TrainingSample sample = sample("[CLS] paris [SEP] una ##ffa paris was born in paris [SEP]", new Span(1, 2),
                new Span(3, 6), new Span(9, 10));
        Masking masking = new SalientMasking(VOCABULARY, DEFAULTS, 0, 0);
        for (int round = 0; round < 30; round++) {
            // una ##ffa stand nowhere else.
            assertArrayEquals(new int[] {3, 4, 5}, masking.mask(sample, random).positions(), "seed " + seed);
        }
        TrainingSample twice = sample("[CLS] paris [SEP] paris [SEP]", new Span(1, 2), new Span(3, 4));
        assertTrue(masking.mask(twice, random).positions().length > 0, "masked by whole words");
    }

    @Test
    void aShareOfSamplesWithSalientSpansIsMaskedByWholeWordsAllTheSame() {
        TrainingSample sample = sample("[CLS] the una ##ffa ##ble was born in paris [SEP]", new Span(8, 9));
        Masking masking = new SalientMasking(VOCABULARY, DEFAULTS.withProbability(0.3), 0, 0.25);
        int others = 0;
        for (int round = 0; round < 1000; round++) {
            int[] masked = masking.mask(sample, random).positions();
            others += Arrays.equals(new int[] {8}, masked) ? 0 : 1;
        }
        // A quarter, less those where paris alone was drawn, one in 14: 232 expected, standard deviation 13.
        int count = others;
        assertTrue(Math.abs(count - 232) < 70, () -> count + " of 1000, seed " + seed);
    }

    @Test
    void aMaskThatASampleBringsAlongIsUsedAsItIs() {
        int[] ids = TestVocabulary.ids("[CLS] the [MASK] born [SEP] in [SEP]");
        TrainingSample sample = new TrainingSample(ids, new int[] {0, 0, 0, 0, 0, 1, 1},
                Optional.of(new FixedMask(new int[] {2, 5}, TestVocabulary.ids("was the"))), List.of());
        MaskedSample masked = new PublishedMasking(VOCABULARY, DEFAULTS.withMaxMasked(1)).mask(sample, random);
        assertArrayEquals(ids, masked.ids());
        assertArrayEquals(new int[] {2, 5}, masked.positions());
        assertArrayEquals(TestVocabulary.ids("was the"), masked.labels());
        assertArrayEquals(TestVocabulary.ids("[CLS] the was born [SEP] the [SEP]"), masked.originalIds());
    }

    @Test
    void aMaskingRefusesASourceThatLacksWhatItNeeds() {
        SampleSource shards = new ListSource(List.of(sample("[CLS] the [SEP]")), false, true);
        assertTrue(assertThrows(Problem.class, () -> new WholeWordMasking(VOCABULARY, DEFAULTS).check(shards))
                .getMessage().contains("masked already"));
        assertTrue(assertThrows(Problem.class, () -> new SalientMasking(VOCABULARY, DEFAULTS, 0, 0).check(shards))
                .getMessage().contains("train on text"));
        new PublishedMasking(VOCABULARY, DEFAULTS).check(shards);
    }

    @Test
    void optionsOutOfRangeAreRefusedWithTheValue() {
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            String message = assertThrows(IllegalArgumentException.class, () -> DEFAULTS.withProbability(wrong))
                    .getMessage();
            assertTrue(message.contains(String.valueOf(wrong)), message);
            assertThrows(IllegalArgumentException.class, () -> new SalientMasking(VOCABULARY, DEFAULTS, wrong, 0));
            assertThrows(IllegalArgumentException.class, () -> new SalientMasking(VOCABULARY, DEFAULTS, 0, wrong));
        }
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.withMaxMasked(0));
    }
}
