package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final Masking MASKING =
            new PublishedMasking(TestVocabulary.VOCABULARY, MaskingOptions.defaults());
    private static final int FIRST_WORD = 6;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    BatchesTest() {
        System.out.println("BatchesTest seed " + seed);
    }

    /** Samples of different lengths, each with pieces of its own. */
    private ListSource source(int size) {
        List<TrainingSample> samples = new ArrayList<>();
        int words = TestVocabulary.VOCABULARY.size() - FIRST_WORD;
        for (int i = 0; i < size; i++) {
            int[] ids = new int[5 + random.nextInt(20)];
            Arrays.setAll(ids, at -> FIRST_WORD + random.nextInt(words));
            ids[0] = TestVocabulary.VOCABULARY.classification();
            ids[1] = FIRST_WORD + i % words;
            ids[2] = FIRST_WORD + i / words;
            ids[ids.length - 1] = TestVocabulary.VOCABULARY.separator();
            samples.add(new TrainingSample(ids, new int[ids.length], Optional.empty(), List.of()));
        }
        return new ListSource(samples, false, false);
    }

    private static String shown(MaskedSample sample) {
        return Arrays.toString(sample.originalIds()) + Arrays.toString(sample.ids())
                + Arrays.toString(sample.positions()) + Arrays.toString(sample.labels());
    }

    private static String shown(Update update) {
        StringBuilder shown = new StringBuilder("%d %d %d %d".formatted(update.number(), update.epoch(),
                update.maskedTokens(), update.tokens()));
        update.microBatches().forEach(it -> it.samples().forEach(sample -> shown.append('\n').append(shown(sample))));
        return shown.toString();
    }

    private static List<MaskedSample> samples(Update update) {
        return update.microBatches().stream().flatMap(it -> it.samples().stream()).toList();
    }

    @Test
    void anUpdateHasTheSameSamplesAndMasksForEveryNumberOfProcessesAndMicroBatches() {
        for (int round = 0; round < 25; round++) {
            int world = 1 + random.nextInt(4);
            int microBatches = 1 + random.nextInt(4);
            int globalBatch = world * microBatches * (1 + random.nextInt(5));
            int pool = 1 + random.nextInt(3);
            ListSource source = source(globalBatch + random.nextInt(90));
            int updates = 7;
            List<Update> whole = read(source, new BatchPlan(seed, globalBatch, 1, 0, 1, pool), updates);
            List<List<String>> dealt = new ArrayList<>();
            for (int u = 0; u < updates; u++) {
                dealt.add(new ArrayList<>());
            }
            for (int rank = 0; rank < world; rank++) {
                List<Update> own = read(source, new BatchPlan(seed, globalBatch, microBatches, rank, world, pool),
                        updates);
                for (int u = 0; u < updates; u++) {
                    Update update = own.get(u);
                    assertEquals(u, update.number());
                    assertEquals(whole.get(u).maskedTokens(), update.maskedTokens(), "seed " + seed);
                    assertEquals(whole.get(u).tokens(), update.tokens(), "seed " + seed);
                    assertEquals(whole.get(u).epoch(), update.epoch(), "seed " + seed);
                    assertEquals(microBatches, update.microBatches().size());
                    for (MicroBatch microBatch : update.microBatches()) {
                        assertEquals(globalBatch / world / microBatches, microBatch.samples().size());
                        microBatch.samples().forEach(sample -> dealt.get((int) update.number())
                                .add(shown(sample)));
                    }
                }
            }
            for (int u = 0; u < updates; u++) {
                assertEquals(samples(whole.get(u)).stream().map(BatchesTest::shown).sorted().toList(),
                        dealt.get(u).stream().sorted().toList(), "seed " + seed + ", round " + round);
                assertEquals(whole.get(u).maskedTokens(), whole.get(u).microBatches().getFirst().maskedTokens());
                assertEquals(whole.get(u).tokens(), whole.get(u).microBatches().getFirst().tokens());
            }
            assertEquals(0, source.open.get());
        }
    }

    private static List<Update> read(SampleSource source, BatchPlan plan, int updates) {
        try (Batches batches = new Batches(source, MASKING, plan)) {
            return IntStream.range(0, updates).mapToObj(i -> batches.next()).toList();
        }
    }

    @Test
    void everySampleComesOncePerEpochAcrossUpdatesThatCrossEpochs() {
        ListSource source = source(50);
        Map<String, Integer> seen = new HashMap<>();
        for (Update update : read(source, new BatchPlan(seed, 15, 3, 0, 1, 1), 10)) {
            samples(update).forEach(sample -> seen.merge(Arrays.toString(sample.originalIds()), 1, Integer::sum));
        }
        assertEquals(50, seen.size());
        assertTrue(seen.values().stream().allMatch(times -> times == 3), "seed " + seed);
    }

    @Test
    void aSampleIsMaskedAnewInEachEpoch() {
        ListSource source = source(12);
        List<Update> updates = read(source, new BatchPlan(seed, 12, 1, 0, 1, 1), 2);
        Map<String, String> masks = new TreeMap<>();
        samples(updates.get(0)).forEach(it -> masks.put(Arrays.toString(it.originalIds()), shown(it)));
        long same = samples(updates.get(1)).stream()
                .filter(it -> masks.get(Arrays.toString(it.originalIds())).equals(shown(it))).count();
        assertTrue(same < 8, same + " of 12 masks are the same, seed " + seed);
        assertEquals(0, updates.get(0).epoch());
        assertEquals(1, updates.get(1).epoch());
    }

    @Test
    void anotherSeedGivesOtherMasks() {
        ListSource source = source(40);
        assertNotEquals(shown(read(source, new BatchPlan(1, 40, 1, 0, 1, 1), 1).getFirst()),
                shown(read(source, new BatchPlan(2, 40, 1, 0, 1, 1), 1).getFirst()));
    }

    @Test
    void goingToAnUpdateGivesWhatReadingUpToItGives() {
        for (int pool = 1; pool < 4; pool++) {
            ListSource source = source(70);
            BatchPlan plan = new BatchPlan(seed, 12, 3, 1, 2, pool);
            List<String> all = read(source, plan, 30).stream().map(BatchesTest::shown).toList();
            try (Batches batches = new Batches(source, MASKING, plan)) {
                for (int round = 0; round < 40; round++) {
                    int to = random.nextInt(28);
                    batches.seek(to);
                    assertEquals(to, batches.position());
                    assertEquals(all.get(to), shown(batches.next()), "seed " + seed + ", update " + to);
                    assertEquals(all.get(to + 1), shown(batches.next()), "seed " + seed + ", update " + (to + 1));
                    assertEquals(to + 2, batches.position());
                }
            }
            assertEquals(0, source.open.get());
        }
    }

    @Test
    void goingFarAheadReadsNothingInBetween() {
        ListSource source = source(64);
        try (Batches batches = new Batches(source, MASKING, 1, 8, 1, 0, 1)) {
            batches.seek(1_000_000);
            assertEquals(1_000_000, batches.next().number());
        }
        assertTrue(source.read.get() <= 8 * 5, source.read + " samples read");
    }

    @Test
    void aMicroBatchHasLikeLengths() {
        ListSource source = source(400);
        int padded = 0;
        int apart = 0;
        for (Update update : read(source, new BatchPlan(seed, 200, 20, 0, 1, 1), 4)) {
            for (MicroBatch batch : update.microBatches()) {
                int shortest = batch.samples().stream().mapToInt(MaskedSample::length).min().orElseThrow();
                padded += batch.longest() - shortest;
                apart++;
            }
        }
        assertTrue(padded <= 2 * apart, "%d over %d micro-batches, seed %d".formatted(padded, apart, seed));
    }

    @Test
    void sortingOverSeveralUpdatesMakesEvenAnUndividedBatchOfLikeLengths() {
        ListSource source = source(640);
        long together = read(source, new BatchPlan(seed, 16, 1, 0, 1, 40), 40).stream()
                .mapToLong(update -> update.microBatches().getFirst().longest() * 16L - update.tokens()).sum();
        long apart = read(source, new BatchPlan(seed, 16, 1, 0, 1, 1), 40).stream()
                .mapToLong(update -> update.microBatches().getFirst().longest() * 16L - update.tokens()).sum();
        assertTrue(together * 5 < apart, together + " and " + apart + ", seed " + seed);
    }

    @Test
    void aSourceSmallerThanABatchIsRefusedWithBothNumbers() {
        String message = assertThrows(Problem.class, () -> new Batches(source(7), MASKING, 1, 8, 1, 0, 1)).getMessage();
        assertTrue(message.contains("7 samples") && message.contains("the 8 of a batch"), message);
        assertEquals(8, samples(read(source(8), new BatchPlan(1, 8, 1, 0, 1, 1), 3).get(2)).size());
    }

    @Test
    void numbersThatDoNotDivideAreRefusedWithWhatWouldFit() {
        String message = assertThrows(Problem.class, () -> new BatchPlan(1, 100, 6, 0, 4, 1)).getMessage();
        assertTrue(message.contains("100 samples") && message.contains("a multiple of 24"), message);
        assertThrows(Problem.class, () -> new BatchPlan(1, 8, Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 1));
        assertThrows(Problem.class, () -> new BatchPlan(1, 0, 1, 0, 1, 1));
        assertThrows(Problem.class, () -> new BatchPlan(1, 8, 1, 2, 2, 1));
        assertThrows(Problem.class, () -> new BatchPlan(1, 1 << 20, 1, 0, 1, 1 << 20));
    }

    @Test
    void aMaskingThatDoesNotFitTheSourceIsRefusedAtOnce() {
        Masking salient = new SalientMasking(TestVocabulary.VOCABULARY, MaskingOptions.defaults(), 0, 0);
        assertThrows(Problem.class, () -> new Batches(source(9), salient, 1, 8, 1, 0, 1));
    }

    @Test
    void anUpdateWithoutAMaskedTokenIsRefusedRatherThanMadeANaN() {
        Masking none = new PublishedMasking(TestVocabulary.VOCABULARY,
                MaskingOptions.defaults().withProbability(0).withAtLeastOne(false));
        try (Batches batches = new Batches(source(9), none, 1, 8, 1, 0, 1)) {
            String message = assertThrows(Problem.class, batches::next).getMessage();
            assertTrue(message.contains("none of the 8 samples of update 1 has a masked token"), message);
        }
    }

    /** Ten good samples, then what goes wrong. */
    private SampleSource failing(RuntimeException failure) {
        ListSource good = source(40);
        return new FailingSource(good, 10, failure);
    }

    @Test
    void aProblemOfTheReadingThreadReachesTheCallerAfterTheGoodUpdatesAndStays() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            try (Batches batches = new Batches(failing(new Problem("shard-3, row 7: broken")), MASKING, 1, 4, 1, 0,
                    1)) {
                assertEquals(0, batches.next().number());
                assertEquals(1, batches.next().number());
                for (int again = 0; again < 3; again++) {
                    assertEquals("shard-3, row 7: broken", assertThrows(Problem.class, batches::next).getMessage());
                }
                assertEquals(2, batches.position());
                batches.seek(0);
                assertEquals(0, batches.next().number());
            }
        });
    }

    @Test
    void aFaultOfTheReadingThreadReachesTheCallerWithItsCause() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            RuntimeException fault = new IndexOutOfBoundsException("17");
            try (Batches batches = new Batches(failing(fault), MASKING, 1, 40, 1, 0, 1)) {
                assertEquals(fault, assertThrows(IllegalStateException.class, batches::next).getCause());
            }
        });
    }

    @Test
    void aSourceThatEndsTooSoonIsAProblem() {
        ListSource good = source(40);
        SampleSource lying = new FailingSource(good, 10, null);
        try (Batches batches = new Batches(lying, MASKING, 1, 40, 1, 0, 1)) {
            String message = assertThrows(Problem.class, batches::next).getMessage();
            assertTrue(message.contains("ended after 10 of 40 samples of epoch 0"), message);
        }
    }

    @Test
    void closingWhileReadingAheadEndsTheThreadAndClosesTheEpoch() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int round = 0; round < 50; round++) {
                ListSource source = source(40);
                Batches batches = new Batches(source, MASKING, 1, 4, 1, 0, 1);
                for (int i = random.nextInt(3); i > 0; i--) {
                    batches.next();
                }
                batches.close();
                assertEquals(0, source.open.get());
                batches.close();
            }
        });
    }
}
