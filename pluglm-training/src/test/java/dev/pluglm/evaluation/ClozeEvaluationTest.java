package dev.pluglm.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.PlugLM;
import dev.pluglm.memory.Passage;
import dev.pluglm.metric.Ranks;
import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

class ClozeEvaluationTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);

    @TempDir
    private Path folder;

    private static ClozeEvaluation measure(PlugLM model, Facts facts, int batchSize) {
        return ClozeEvaluation.measure(model, Questions.of(facts, model), batchSize, _ -> {});
    }

    @Test
    void aModelThatReadsAnswersEveryQuestionWithTheRightMemoryAndByChanceWithout() {
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.reader()) {
            ClozeEvaluation off = measure(model, facts, 3);
            // All towns are equally likely: paris stands first, rome second and so on; two of eight people each
            // live in paris and rome.
            assertEquals(new Share(2, 8), off.all().first());
            assertEquals(new Share(8, 8), off.all().inTen());
            assertEquals((2 + 2 / 2.0 + 1 / 3.0 + 1 / 4.0 + 1 / 5.0 + 1 / 6.0) / 8, off.all().meanReciprocalRank(),
                    1e-12);
            assertTrue(off.retrieval().isEmpty());

            model.plug(Readers.memory(folder.resolve("right"), model, Readers.evidence(facts)));
            ClozeEvaluation right = measure(model, facts, 3);
            assertEquals(new Share(8, 8), right.all().first());
            assertEquals(1, right.all().meanReciprocalRank());
            LayerRetrieval layer = right.retrieval().getFirst();
            assertEquals(new Share(8, 8), layer.own());
            assertEquals(new Share(8, 8), layer.ownFirst());
            assertEquals(new Share(8, 8), layer.stated());
            assertEquals(1, layer.ownWeight(), 1e-6);
            assertEquals(right.retrieval(), right.sets().get("homes").retrieval());
        }
    }

    @Test
    void aWrongMemoryHoldsNoRightPassageAndLeadsTheReaderAstray() {
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.reader()) {
            model.plug(Readers.memory(folder.resolve("wrong"), model,
                    List.of(Passage.of("x", "the home of york is delhi ."))));
            ClozeEvaluation wrong = measure(model, facts, 8);
            assertEquals(new Share(1, 8), wrong.all().first(), "only frank lives in delhi");
            assertEquals(new Share(0, 8), wrong.retrieval().getFirst().own());
            assertEquals(new Share(0, 8), wrong.retrieval().getFirst().stated());
        }
    }

    @Test
    void aPassageThatSaysTheSameIsRightWithoutBeingTheFactsOwn() {
        Facts facts = new Facts(List.of(Readers.fact("alice", "oslo")), Map.of());
        try (PlugLM model = Readers.reader()) {
            model.plug(Readers.memory(folder.resolve("other"), model,
                    List.of(Passage.of("another", "Alice lives in Oslo ."))));
            LayerRetrieval layer = measure(model, facts, 1).retrieval().getFirst();
            assertEquals(new Share(0, 1), layer.own());
            assertEquals(new Share(1, 1), layer.stated());
            assertEquals(0, layer.ownWeight());
            assertEquals(1, layer.statedWeight(), 1e-6);
        }
    }

    @Test
    void ofSplitEvidenceOnlyThePartWithTheAnswerIsRight() {
        Passage whole = Passage.of("p", "alice is home . alice lives in oslo .");
        Fact fact = new Fact("1", "s", "r", "alice", List.of("alice lives in [MASK] ."), List.of("oslo"),
                List.of(whole));
        try (PlugLM model = Readers.reader()) {
            model.plug(Readers.memory(folder.resolve("parts"), model,
                    List.of(Passage.of("p#1", "alice is home ."), Passage.of("p#2", "alice lives in oslo ."),
                            Passage.of("p#2x", "alice lives in oslo ."))));
            Prompts.inView(model, view -> {
                RightPassages passages = new RightPassages(view.orElseThrow());
                RightPassages.Sought sought = RightPassages.Sought.of(fact);
                assertEquals(List.of(false, true, false),
                        List.of(passages.isOwn(0, sought), passages.isOwn(1, sought), passages.isOwn(2, sought)));
                return view;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theResultsDoNotDependOnTheBatchSize(boolean referenceCompatible) {
        Random random = new Random(SEED);
        List<Fact> facts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String person = Readers.PEOPLE.get(random.nextInt(Readers.PEOPLE.size()));
            String town = Readers.TOWNS.get(random.nextInt(Readers.TOWNS.size()));
            String padding = "the ".repeat(random.nextInt(12));
            facts.add(new Fact("f" + i, "set" + i % 2, "r" + i % 3, person,
                    List.of(padding + person + " lives in [MASK] ."), List.of(town),
                    List.of(Passage.of("p" + i, padding + person + " lives in " + town))));
        }
        Facts all = new Facts(facts, Map.of());
        try (PlugLM model = Readers.random(SEED, referenceCompatible)) {
            model.plug(Readers.memory(folder.resolve("memory"), model, Readers.evidence(all)));
            ClozeEvaluation one = measure(model, all, 1);
            for (int batchSize : new int[] {2, 7, 64}) {
                ClozeEvaluation many = measure(model, all, batchSize);
                String message = "seed " + SEED + ", batches of " + batchSize;
                assertEquals(one.all(), many.all(), message);
                assertEquals(one.sets().get("set0").relations(), many.sets().get("set0").relations(), message);
                for (int layer = 0; layer < 2; layer++) {
                    LayerRetrieval expected = one.retrieval().get(layer);
                    LayerRetrieval found = many.retrieval().get(layer);
                    assertEquals(expected.own(), found.own(), message);
                    assertEquals(expected.stated(), found.stated(), message);
                    assertEquals(expected.ownWeights(), found.ownWeights(), 1e-4, message);
                }
            }
        }
    }

    @Test
    void answersOfSeveralPiecesAndUnknownOnesAreLeftOutAndCounted() {
        Fact two = new Fact("1", "s", "r", "alice", List.of("alice lives in [MASK] ."), List.of("new york"), List.of());
        Fact unknown = new Fact("2", "s", "r", "bob", List.of("bob lives in [MASK] ."), List.of("Zagreb"), List.of());
        Fact either = new Fact("3", "s", "r", "bob", List.of("bob lives in [MASK] ."), List.of("new york", "Rome"),
                List.of());
        try (PlugLM model = Readers.random(1, false)) {
            Questions questions = Questions.of(new Facts(List.of(two, unknown, either), Map.of("leak", 4L)), model);
            assertEquals(1, questions.questions().size());
            assertEquals(Map.of(Questions.SEVERAL_PIECES, 2L, "leak", 4L), questions.leftOut());
            assertEquals(Readers.id("rome"), questions.questions().getFirst().answers()[0]);
            Problem none = assertThrows(Problem.class,
                    () -> Questions.of(new Facts(List.of(two, unknown), Map.of()), model));
            assertTrue(none.getMessage().contains("none of the 2 facts"), none.getMessage());
        }
    }

    @Test
    void aQuestionThatIsTooLongIsNamed() {
        Fact fact = new Fact("long one", "s", "r", "alice", List.of("the ".repeat(60) + "[MASK] ."), List.of("rome"),
                List.of());
        try (PlugLM model = Readers.random(1, false)) {
            Problem refused = assertThrows(Problem.class,
                    () -> Questions.of(new Facts(List.of(fact), Map.of()), model));
            assertTrue(refused.getMessage().contains("'long one': the question has 64 tokens"), refused.getMessage());
        }
    }

    @Test
    void theMeanOfRelationsCountsEachRelationOnce() {
        Fact one = new Fact("1", "s", "many", "a", List.of("alice lives in [MASK] ."), List.of("paris"), List.of());
        Fact two = new Fact("2", "s", "many", "a", List.of("bob lives in [MASK] ."), List.of("rome"), List.of());
        Fact three = new Fact("3", "s", "few", "a", List.of("carol lives in [MASK] ."), List.of("paris"), List.of());
        try (PlugLM model = Readers.reader()) {
            ClozeEvaluation measured = measure(model, new Facts(List.of(one, two, three), Map.of()), 2);
            assertEquals(75, measured.sets().get("s").meanOfRelations());
            assertEquals(new Share(2, 3), measured.sets().get("s").all().first());
        }
    }

    private Path words(String... words) throws IOException {
        return Files.write(folder.resolve("words.txt"), List.of(words));
    }

    @Test
    void withACommonVocabularyAnswersAreSoughtThereAloneAndCapitalsAreMadeSmall() throws IOException {
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.reader()) {
            CommonVocabulary common = CommonVocabulary.read(words("Rome", "", " OSLO ", "New York", "oslo", "Zagreb"),
                    model.tokenizer());
            assertEquals(List.of(5L, 2L, 2L), List.of(common.words(), common.split(), (long) common.size()));
            Questions questions = Questions.of(facts, model, Optional.of(common));
            long kept = facts.facts().stream().filter(it -> List.of("rome", "oslo").contains(it.answers().getFirst()))
                    .count();
            assertEquals(kept, questions.questions().size());
            assertEquals(Map.of(Questions.NOT_COMMON, facts.facts().size() - kept), questions.leftOut());
            ClozeEvaluation measured = ClozeEvaluation.measure(model, questions, 3, _ -> {});
            for (ClozeAnswer answer : measured.answers()) {
                // All towns are equally likely without a memory, and rome is the first of the two.
                assertEquals(answer.fact().answers().getFirst().equals("rome") ? 1 : 2, answer.rank());
                assertEquals(List.of("rome", "oslo"), answer.guesses().stream().map(ClozeAnswer.Guess::token).toList());
                assertEquals(Math.log(0.5), answer.guesses().getFirst().logProbability(), 1e-6);
            }
        }
    }

    @Test
    void aCommonVocabularyThatTheModelKnowsNothingOfIsRefused() throws IOException {
        try (PlugLM model = Readers.reader()) {
            Path unknown = words("Zagreb", "New York", "[MASK]");
            assertTrue(assertThrows(Problem.class, () -> CommonVocabulary.read(unknown, model.tokenizer())).getMessage()
                    .contains("none of its 3 words is a single token"));
            CommonVocabulary cairo = CommonVocabulary.read(words("Cairo"), model.tokenizer());
            Facts facts = new Facts(List.of(Readers.fact("alice", "oslo")), Map.of());
            assertTrue(assertThrows(Problem.class, () -> Questions.of(facts, model, Optional.of(cairo))).getMessage()
                    .endsWith("and in the common vocabulary"));
        }
    }

    @Test
    void anAnswerTellsItsPlaceItsGuessesAndWhatWasRead() {
        Facts facts = Readers.facts();
        try (PlugLM model = Readers.reader()) {
            model.plug(Readers.memory(folder.resolve("read"), model, Readers.evidence(facts)));
            ClozeEvaluation measured = measure(model, facts, 3);
            assertEquals(facts.facts(), measured.answers().stream().map(ClozeAnswer::fact).toList());
            double reciprocal = Ranks.meanReciprocal(measured.answers().stream().mapToInt(ClozeAnswer::rank).toArray());
            assertEquals(reciprocal, measured.all().meanReciprocalRank(), 1e-12);
            for (ClozeAnswer answer : measured.answers()) {
                assertEquals(ClozeAnswer.GUESSES, answer.guesses().size());
                assertEquals(answer.rank() == 1,
                        answer.guesses().getFirst().token().equals(answer.fact().answers().getFirst()));
                assertEquals(answer.fact().evidence().getFirst().id(),
                        answer.layers().getFirst().passages().getFirst().id());
            }
        }
    }
}
