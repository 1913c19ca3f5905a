package dev.pluglm.pretraining;

import static dev.pluglm.pretraining.TestVocabulary.VOCABULARY;
import static dev.pluglm.pretraining.TestVocabulary.id;
import static dev.pluglm.pretraining.TestVocabulary.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.Memory;
import dev.pluglm.pretraining.Counterfactuals.Change;
import dev.pluglm.pretraining.TrainingSample.Span;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Texts that read in the memory what it does not say, and have to give that as the answer. */
class CounterfactualsTest {
    private static final long SEED = 42;
    private static final List<TrainingSample> SAMPLES = List.of(sample("paris"), sample("albert"), sample("einstein"),
            sample("7"), sample("3"), sample("9"), sample("##ffa"));

    private static TrainingSample sample(String name) {
        int[] ids = ids("[CLS] " + name + " was born in " + name + " [SEP]");
        return new TrainingSample(ids, new int[ids.length], Optional.empty(), List.of(new Span(1, 2), new Span(3, 5)));
    }

    private static Counterfactuals share(double share) {
        return Counterfactuals.of(share, SEED, new ListSource(SAMPLES, true, false), VOCABULARY);
    }

    private static MaskedSample masked(String... answers) {
        int[] text = ids("[CLS] was born in the [SEP]");
        int[] positions = new int[answers.length];
        Arrays.setAll(positions, i -> i + 1);
        int[] labels = Arrays.stream(answers).mapToInt(TestVocabulary::id).toArray();
        return new MaskedSample(text, new int[text.length], positions, labels, text);
    }

    @Test
    void namesAreExchangedForNamesAndNumbersForNumbersEachAsOften() {
        for (List<String> kind : List.of(List.of("paris", "albert", "einstein"), List.of("7", "3", "9"))) {
            TreeMap<String, Integer> drawn = new TreeMap<>();
            for (int update = 0; update < 3000; update++) {
                share(1).of(masked(kind.getFirst()), update).ifPresent(change -> {
                    assertEquals(id(kind.getFirst()), change.from());
                    drawn.merge(VOCABULARY.token(change.to()), 1, Integer::sum);
                });
            }
            assertEquals(List.copyOf(kind.subList(1, 3).stream().sorted().toList()), List.copyOf(drawn.keySet()));
            drawn.values().forEach(count -> assertEquals(1000, count, 110));
        }
    }

    @Test
    void theShareIsTheOneAskedForAndTheSameWheneverAsked() {
        Counterfactuals some = share(0.3);
        int changed = 0;
        for (int update = 0; update < 4000; update++) {
            Optional<Change> change = some.of(masked("paris"), update);
            assertEquals(change, share(0.3).of(masked("paris"), update));
            changed += change.isPresent() ? 1 : 0;
            assertEquals(Optional.empty(), share(0).of(masked("paris"), update));
        }
        // One draw of three is the word itself.
        assertEquals(4000 * 0.3 * 2 / 3, changed, 90);
    }

    @Test
    void whatIsNoSingleNameOrNumberStaysAsItIs() {
        for (int update = 0; update < 50; update++) {
            assertEquals(Optional.empty(), share(1).of(masked("paris", "albert"), update));
            assertEquals(Optional.empty(), share(1).of(masked(), update));
            assertEquals(Optional.empty(), share(1).of(masked("##ffa"), update));
            assertEquals(Optional.empty(), share(1).of(masked("!"), update));
        }
    }

    @Test
    void aTextReadsTheOtherTokenWhereverItStandsAndOthersReadWhatIsThere() {
        int paris = id("paris");
        int albert = id("albert");
        int[] first = ids("[CLS] paris was in paris [SEP]");
        int[] second = ids("[CLS] einstein was born in the [SEP]");
        float[] keys = {3, 1, 2, 5};
        try (ArrayMemory memory = ArrayMemory.builder("test", Vectors.fp32(keys, 2))
                        .values(Vectors.fp32(keys, 2)).tokens(new int[][] {first, second}).build();
                Memory.View view = new CounterfactualView(memory.view(),
                        List.of(Optional.of(new Change(paris, albert)), Optional.empty()))) {
            for (int layer = 0; layer < 2; layer++) {
                Memory.Hits hits = view.search(new float[] {1, 0, 1, 0}, 2, 2);
                assertArrayEquals(new int[] {2, 2}, hits.counts());
                int[] rows = {hits.row(0, 0), hits.row(0, 1), hits.row(1, 0), hits.row(1, 1)};
                assertArrayEquals(new int[] {2, 1, 0, 1}, rows, "the changed passage has a row of its own, always the same");
                assertEquals(3, hits.similarity(0, 0));
                int[][] tokens = view.tokens(rows);
                assertArrayEquals(ids("[CLS] albert was in albert [SEP]"), tokens[0]);
                assertArrayEquals(second, tokens[1]);
                assertArrayEquals(first, tokens[2]);
                assertArrayEquals(new float[] {3, 1, 2, 5, 3, 1, 2, 5}, view.keys(rows));
                assertArrayEquals(view.keys(rows), view.values(rows));
                assertTrue(view.rowLimit() > 2);
            }
            assertArrayEquals(first, memory.view().tokens(new int[] {0})[0], "the memory is as it was");
            assertNotEquals(paris, albert);
        }
    }
}
