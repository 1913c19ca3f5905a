package dev.pluglm.corpus.shard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

class PairMakerTest {
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    PairMakerTest() {
        System.out.println("seed " + seed);
    }

    /** Every id tells its document and place: 1000 * document + place. */
    private List<List<int[]>> documents(int count) {
        List<List<int[]>> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            List<int[]> sentences = new ArrayList<>();
            int place = 0;
            for (int s = 1 + random.nextInt(12); s > 0; s--) {
                int[] ids = new int[1 + random.nextInt(40)];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = 1000 * d + place++;
                }
                sentences.add(ids);
            }
            documents.add(sentences);
        }
        return documents;
    }

    @Test
    void pairsFitKeepOrderAndAreLabelledByWhereTheSecondSegmentComesFrom() {
        ShardOptions options = ShardOptions.defaults(1).withTargetLength(5 + random.nextInt(100));
        List<List<int[]>> documents = documents(30);
        PairMaker maker = new PairMaker(documents, options, new SplittableRandom(seed));
        int randomNexts = 0;
        int all = 0;
        for (int d = 0; d < documents.size(); d++) {
            for (PairMaker.Pair pair : maker.pairs(d)) {
                assertTrue(pair.a().length > 0 && pair.b().length > 0, "seed " + seed);
                assertTrue(pair.a().length + pair.b().length + 3 <= options.targetLength(), "seed " + seed);
                assertConsecutive(pair.a());
                assertConsecutive(pair.b());
                assertEquals(d, pair.a()[0] / 1000);
                assertEquals(pair.randomNext(), pair.b()[0] / 1000 != d, "seed " + seed);
                assertTrue(pair.randomNext() || pair.b()[0] > pair.a()[pair.a().length - 1], "seed " + seed);
                all++;
                randomNexts += pair.randomNext() ? 1 : 0;
            }
        }
        assertTrue(all >= 30 && randomNexts > all / 4, "seed %d: %d of %d".formatted(seed, randomNexts, all));
    }

    private void assertConsecutive(int[] ids) {
        int[] expected = new int[ids.length];
        Arrays.setAll(expected, i -> ids[0] + i);
        assertArrayEquals(expected, ids, "seed " + seed);
    }

    @Test
    void aLoneDocumentIsItsOwnOtherDocumentAndLabelledAsFollowing() {
        List<List<int[]>> documents = List.of(List.of(new int[] {1, 2, 3}));
        for (PairMaker.Pair pair : new PairMaker(documents, ShardOptions.defaults(1),
                new SplittableRandom(seed)).pairs(0)) {
            assertFalse(pair.randomNext());
            assertArrayEquals(pair.a(), pair.b());
        }
    }
}
