package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pluglm.pretraining.StatingPassages.Place;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Which passage states what was masked in a text. */
class StatingPassagesTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);
    private static final int START = 1;
    private static final int END = 2;
    private static final int MASK = 3;

    private static int[] framed(int... tokens) {
        return IntStream.concat(IntStream.concat(IntStream.of(START), Arrays.stream(tokens)), IntStream.of(END))
                .toArray();
    }

    private static MaskedSample masked(int[] text, int position) {
        int[] ids = text.clone();
        ids[position] = MASK;
        return new MaskedSample(ids, new int[ids.length], new int[] {position}, new int[] {text[position]}, text);
    }

    @Test
    void aTokenIsFoundAmongItsNeighbours() {
        int[][] passages = {framed(10, 11, 12, 13, 14, 15, 16, 17), framed(9, 9, 20, 21, 22, 23, 24, 25, 26)};
        StatingPassages stating = new StatingPassages(passages);
        int[] text = framed(50, 20, 21, 22, 23, 24, 25, 51);
        for (int position = 2; position <= 7; position++) {
            assertEquals(Optional.of(new Place(1, position + 1)), stating.of(masked(text, position)));
        }
        assertEquals(Optional.empty(), stating.of(masked(text, 1)), "a neighbour that no passage has");
    }

    @Test
    void fewerNeighboursThanARunAreNotEnough() {
        StatingPassages stating = new StatingPassages(new int[][] {framed(10, 11, 12, 13, 14), framed(), {}});
        assertEquals(Optional.empty(), stating.of(masked(framed(10, 11, 12, 13, 14), 2)));
    }

    @Test
    void everyPassageFindsItsOwnTokensAndStrangersFindNone() {
        Random random = new Random(SEED);
        int[][] passages = IntStream.range(0, 500)
                .mapToObj(_ -> framed(random.ints(6 + random.nextInt(50), 10, 30_000).toArray()))
                .toArray(int[][]::new);
        StatingPassages stating = new StatingPassages(passages);
        for (int row = 0; row < passages.length; row++) {
            int position = 1 + random.nextInt(passages[row].length - 2);
            assertEquals(Optional.of(new Place(row, position)), stating.of(masked(passages[row], position)),
                    "seed " + SEED);
            int[] stranger = framed(random.ints(20, 10, 30_000).toArray());
            assertEquals(Optional.empty(), stating.of(masked(stranger, 5)), "seed " + SEED);
        }
    }
}
