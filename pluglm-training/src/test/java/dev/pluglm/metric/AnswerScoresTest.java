package dev.pluglm.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

class AnswerScoresTest {

    private static final List<JsonNode> EXAMPLES = Golden.cases(Golden.read("metrics.json").at("/squad/examples"));

    private static List<AnsweredQuestion> questions(JsonNode noAnswerScores) {
        return EXAMPLES.stream().map(it -> new AnsweredQuestion(Golden.strings(it.path("answers")),
                it.path("prediction").textValue(), noAnswerScores.path(it.path("id").textValue()).asDouble()))
                .toList();
    }

    private static void assertScores(JsonNode expected, String exact, AnswerScores scores) {
        assertEquals(expected.path(exact).asDouble(), scores.exactMatch(), Golden.TOLERANCE);
        assertEquals(expected.path("f1").asDouble(), scores.f1(), Golden.TOLERANCE);
    }

    @Test
    void scoresOfAnswersAreThoseOfTheOfficialScorer() {
        JsonNode squad = Golden.read("metrics.json").path("squad");
        List<AnsweredQuestion> all = questions(squad.path("none"));
        List<AnsweredQuestion> answerable = all.stream().filter(AnsweredQuestion::hasAnswer).toList();
        assertScores(squad.path("v1_over_answerable"), "exact_match", Squad.v1(answerable));
        Squad.Scores scores = Squad.v2(all);
        assertScores(squad.path("v2_over_all"), "exact", scores.all());
        assertScores(squad.path("v2_has_answer"), "exact", scores.hasAnswer());
        assertScores(squad.path("v2_no_answer"), "exact", scores.noAnswer());
        assertEquals(squad.at("/v2_over_all/total").asLong(), scores.all().questions());
        assertEquals(squad.at("/v2_no_answer/total").asLong(), scores.noAnswer().questions());
    }

    @Test
    void thresholdsAreThoseOfTheOfficialScorer() {
        for (JsonNode example : Golden.cases(Golden.read("squad-thresholds.json").path("cases"))) {
            Squad.Scores scores = Squad.v2(questions(example.path("no_answer_scores")),
                    example.path("threshold").asDouble());
            assertScores(example.path("all"), "exact", scores.all());
            assertScores(example.path("has_answer"), "exact", scores.hasAnswer());
            assertScores(example.path("no_answer"), "exact", scores.noAnswer());
            assertEquals(example.path("best_exact").asDouble(), scores.bestExact().score(), Golden.TOLERANCE);
            assertEquals(example.path("best_exact_thresh").asDouble(), scores.bestExact().threshold());
            assertEquals(example.path("best_f1").asDouble(), scores.bestF1().score(), Golden.TOLERANCE);
            assertEquals(example.path("best_f1_thresh").asDouble(), scores.bestF1().threshold());
        }
    }

    @Test
    void answersAreNormalizedAsTheOfficialScorerDoes() {
        Golden.read("odd-inputs.json").path("normalized").properties().forEach(it -> assertEquals(
                it.getValue().textValue(), AnswerText.normalized(it.getKey()), it::getKey));
    }

    @Test
    void theBestThresholdGivesItsScoreWhateverTheOrderAndWhereScoresAreEqual() {
        long seed = Long.getLong("pluglm.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Dpluglm.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            List<AnsweredQuestion> questions = new ArrayList<>(questions(EXAMPLES.getFirst()).stream()
                    .map(it -> new AnsweredQuestion(it.answers(), it.prediction(), random.nextInt(8))).toList());
            Squad.Scores scores = Squad.v2(questions);
            Collections.shuffle(questions, random);
            assertEquals(scores, Squad.v2(questions));
            double f1 = scores.bestF1().score();
            if (f1 > 100.0 * scores.noAnswer().questions() / questions.size() + 1e-9) {
                assertEquals(f1, Squad.v2(questions, scores.bestF1().threshold()).all().f1(), 1e-9);
            }
            for (int threshold = -1; threshold < 9; threshold++) {
                assertTrue(Squad.v2(questions, threshold).all().f1() <= f1 + 1e-9);
            }
        }
    }

    @Test
    void questionsWithoutAnswersAreSentToVersionTwoAndNanScoresAreRefused() {
        AnsweredQuestion none = new AnsweredQuestion(List.of(), "");
        assertEquals("1 of 1 questions have no right answer; score them as SQuAD 2.0",
                assertThrows(Problem.class, () -> Squad.v1(List.of(none))).getMessage());
        assertEquals(100, Squad.v2(List.of(none)).all().exactMatch());
        assertEquals(new AnswerScores(0, 0, 0), Squad.v2(List.of(none)).hasAnswer());
        assertThrows(Problem.class, () -> Squad.v2(List.of(new AnsweredQuestion(List.of(), "a", Double.NaN))));
    }

    @Test
    void factoidAnswersAreLookedForAmongTheFirstFiveWithoutRegardToCase() {
        List<BioAsq.Factoid> questions = List.of(
                new BioAsq.Factoid(List.of("BRCA1", "breast cancer 1"), List.of("x", "brca1")),
                new BioAsq.Factoid(List.of("p53"), List.of("P53", "p53")),
                new BioAsq.Factoid(List.of("p53"), List.of("a", "b", "c", "d", "e", "p53")),
                new BioAsq.Factoid(List.of("p53"), List.of()));
        BioAsq.FactoidScores scores = BioAsq.factoid(questions);
        assertEquals(0.25, scores.strict());
        assertEquals(0.5, scores.lenient());
        assertEquals(1.5 / 4, scores.mrr());
    }

    @Test
    void yesNoScoresHoldTheF1OfBothAnswersAndTheirMean() {
        BioAsq.YesNoScores scores = BioAsq.yesNo(new boolean[] {true, true, true, false},
                new boolean[] {true, true, false, false});
        assertEquals(0.75, scores.accuracy());
        assertEquals(0.8, scores.f1Yes(), 1e-12);
        assertEquals(2.0 / 3, scores.f1No(), 1e-12);
        assertEquals((0.8 + 2.0 / 3) / 2, scores.macroF1(), 1e-12);
        assertEquals(0.5, BioAsq.yesNo(new boolean[] {true}, new boolean[] {true}).macroF1());
    }

    @Test
    void sharesOfRanksCountThoseAmongTheFirst() {
        int[] ranks = {1, 0, 4, 11};
        assertEquals((1 + 0.25 + 1.0 / 11) / 4, Ranks.meanReciprocal(ranks), 1e-12);
        assertEquals(0.25, Ranks.precisionAt(1, ranks));
        assertEquals(0.5, Ranks.precisionAt(10, ranks));
        assertThrows(IllegalArgumentException.class, () -> Ranks.precisionAt(1, new int[] {-1}));
    }
}
