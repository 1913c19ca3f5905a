package dev.pluglm.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.PlugLM;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.memory.Passage;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Vocabulary;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

class MaskedEvaluationTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);
    private static final Vocabulary VOCABULARY = Vocabulary.of(Readers.WORDS);

    @TempDir
    private Path folder;

    private static MaskedTexts of(MaskedText... texts) {
        return new MaskedTexts(List.of(texts), Arrays.stream(texts).map(_ -> " alice lives in paris ").toList());
    }

    @Test
    void accuracyAndPerplexityAreThoseComputedByHand() {
        // Without a memory every town has the logit 0 and all else -100: each is right with 1/6, paris comes first.
        MaskedText first = new MaskedText(new Prompt(new int[] {2, 12, 4, 3}, new int[] {2}),
                new int[] {Readers.id("paris")});
        MaskedText second = new MaskedText(new Prompt(new int[] {2, 4, 12, 10, 4, 3}, new int[] {1, 4}),
                new int[] {Readers.id("delhi"), Readers.id("paris")});
        try (PlugLM model = Readers.reader()) {
            MaskedEvaluation measured = MaskedEvaluation.measure(model, of(first, second), 4, _ -> {});
            assertEquals(new Share(2, 3), measured.accuracy());
            assertEquals(Math.log(6), measured.loss(), 1e-5);
            assertEquals(6, measured.perplexity(), 1e-4);
            assertEquals(new Share(0, 2), measured.ownFound());
        }
    }

    @Test
    void aPassageOutOfTheVeryDocumentIsNoticed() {
        MaskedText text = new MaskedText(new Prompt(new int[] {2, 12, 4, 3}, new int[] {2}),
                new int[] {Readers.id("paris")});
        try (PlugLM model = Readers.reader()) {
            model.plug(Readers.memory(folder.resolve("own"), model, List.of(Passage.of("x", "Alice lives in Paris."))));
            assertEquals(new Share(1, 1), MaskedEvaluation.measure(model, of(text), 1, _ -> {}).ownFound());
            model.plug(Readers.memory(folder.resolve("other"), model, List.of(Passage.of("x", "Bob lives in Paris."))));
            assertEquals(new Share(0, 1), MaskedEvaluation.measure(model, of(text), 1, _ -> {}).ownFound());
        }
    }

    @Test
    void aShareOfTheTokensIsMaskedAndSpecialOnesNeverAre() {
        int[] tokens = new SplittableRandom(SEED).ints(202, 5, Readers.WORDS.size()).toArray();
        tokens[0] = VOCABULARY.classification();
        tokens[201] = VOCABULARY.separator();
        int masks = 0;
        int kept = 0;
        int rounds = 200;
        for (int round = 0; round < rounds; round++) {
            MaskedText masked = MaskedText.mask(tokens, 0.15, VOCABULARY, new SplittableRandom(SEED + round));
            assertEquals(30, masked.labels().length);
            int[] restored = masked.prompt().tokens().clone();
            for (int i = 0; i < 30; i++) {
                int at = masked.prompt().masked()[i];
                masks += restored[at] == VOCABULARY.mask() ? 1 : 0;
                kept += restored[at] == tokens[at] ? 1 : 0;
                restored[at] = masked.labels()[i];
            }
            assertArrayEquals(tokens, restored);
        }
        // 80% masks and 10% kept, both and a little more by chance among the 28 tokens of the vocabulary.
        assertEquals(0.8 + 0.1 / 28, masks / (30.0 * rounds), 0.02, "seed " + SEED);
        assertEquals(0.1 + 0.1 / 28, kept / (30.0 * rounds), 0.02, "seed " + SEED);
    }

    @Test
    void atLeastOneTokenIsMaskedAndNoneWhereThereIsNone() {
        MaskedText one = MaskedText.mask(new int[] {2, 12, 3}, 0.01, VOCABULARY, new SplittableRandom(SEED));
        assertArrayEquals(new int[] {1}, one.prompt().masked());
        MaskedText none = MaskedText.mask(new int[] {2, 1, 3}, 0.5, VOCABULARY, new SplittableRandom(SEED));
        assertEquals(0, none.labels().length);
        MaskedText all = MaskedText.mask(new int[] {2, 12, 13, 3}, 1, VOCABULARY, new SplittableRandom(SEED));
        assertArrayEquals(new int[] {1, 2}, all.prompt().masked());
    }

    private Corpus corpus(String name, List<String> lines) throws IOException {
        return Corpus.of(List.of(Files.write(folder.resolve(name), lines).toString()));
    }

    @Test
    void theSeedDecidesWhichTextsAreDrawnWhateverTheirOrder() throws IOException {
        List<String> lines = new java.util.ArrayList<>();
        for (int i = 0; i < 100; i++) {
            lines.add("{\"id\": \"%d\", \"text\": \"%s lives in %s, the home of %s. %s is in the home.\"}".formatted(i,
                    Readers.PEOPLE.get(i % 8), Readers.TOWNS.get(i % 6), Readers.PEOPLE.get(i / 8 % 8),
                    Readers.PEOPLE.get(i % 7)));
        }
        Corpus forwards = corpus("forwards.jsonl", lines);
        Corpus backwards = corpus("backwards.jsonl", lines.reversed());
        MaskedTexts.Options options = new MaskedTexts.Options(20, 16, 0.15, SEED);
        try (PlugLM model = Readers.random(SEED, false)) {
            MaskedTexts one = MaskedTexts.draw(forwards, model, options, _ -> {});
            MaskedTexts same = MaskedTexts.draw(backwards, model, options, _ -> {});
            MaskedTexts another = MaskedTexts.draw(forwards, model, new MaskedTexts.Options(20, 16, 0.15, SEED + 1),
                    _ -> {});
            assertEquals(20, one.texts().size());
            assertEquals(tokens(one), tokens(same));
            assertNotEquals(tokens(one), tokens(another));
            assertEquals(200, MaskedTexts.draw(forwards, model, new MaskedTexts.Options(999, 16, 0.15, SEED), _ -> {})
                    .texts().size(), "all parts where there are no more");

            model.plug(Readers.memory(folder.resolve("memory"), model, Readers.evidence(Readers.facts())));
            MaskedEvaluation single = MaskedEvaluation.measure(model, one, 1, _ -> {});
            MaskedEvaluation many = MaskedEvaluation.measure(model, one, 16, _ -> {});
            assertEquals(single.accuracy(), many.accuracy(), "seed " + SEED);
            assertEquals(single.loss(), many.loss(), 1e-5, "seed " + SEED);
            assertEquals(single.ownFound(), many.ownFound());
        }
    }

    private static List<List<Integer>> tokens(MaskedTexts texts) {
        return texts.texts().stream().map(each -> Arrays.stream(each.prompt().tokens()).boxed().toList()).toList();
    }

    @Test
    void textsWithNothingToMaskAreRefused() throws IOException {
        Corpus empty = corpus("unknown.txt", List.of("Zagreb"));
        try (PlugLM model = Readers.random(SEED, false)) {
            Problem refused = assertThrows(Problem.class,
                    () -> MaskedTexts.draw(empty, model, new MaskedTexts.Options(9, 16, 0.15, 1), _ -> {}));
            assertTrue(refused.getMessage().contains("no text in it that could be masked"), refused.getMessage());
        }
    }
}
