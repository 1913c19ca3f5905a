package dev.pluglm.task.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.task.FactoidAnswers;
import dev.pluglm.task.FactoidAnswers.Candidate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class QuestionExamplesTest {

    @TempDir
    Path folder;

    private static final String SQUAD = """
            {"data": [
              {"title": "Cities", "more": [{"x": 1}], "paragraphs": [
                {"qas": [
                  {"id": "q1", "question": " Where is Paris?", "is_impossible": false,
                   "answers": [{"text": "France", "answer_start": 11}, {"text": "in France", "answer_start": 8},
                               {"text": "France", "answer_start": 11}]},
                  {"id": "q2", "question": "Who?", "is_impossible": true, "answers": [], "plausible_answers": []}],
                 "context": "😀 Paris in France."}]},
              {"paragraphs": [{"context": "Rome.", "qas": [{"id": 3, "question": "What?"}]}]}],
             "version": "v2.0"}
            """;

    private List<QuestionExample> read(String content) {
        return QuestionExamples.open(Written.text(folder, "a.json", content)).readAll();
    }

    private void assertRefused(String content, String message) {
        Written.assertProblem(folder, message, () -> read(content));
    }

    private static String squad(String question) {
        return "{\"version\": \"1.1\",\n\"data\": [{\"paragraphs\": [\n{\"context\": \"Paris in France.\", \"qas\": "
                + "[" + question
                + "]}]}]}";
    }

    private static String answer(String text, String start) {
        return squad("{\"id\": \"q\", \"question\": \"?\", \"answers\": [{\"text\": \"" + text + "\", "
                + "\"answer_start\": " + start
                + "}]}");
    }

    @Test
    void squadIsReadInAnyOrderOfFieldsWithOffsetsInCodePoints() {
        List<QuestionExample> read = read(SQUAD);
        assertEquals(List.of("q1", "q2", "3"), read.stream().map(QuestionExample::id).toList());
        QuestionExample first = read.getFirst();
        assertEquals("Where is Paris?", first.question());
        assertEquals(Optional.of("Cities"), first.title());
        assertEquals(Optional.empty(), read.getLast().title());
        List<Answer> answers = first.answers().orElseThrow();
        assertEquals(List.of(new Answer("France", 12, 18), new Answer("in France", 9, 18)), answers);
        answers.forEach(it -> assertEquals(it.text(), first.context().substring(it.start(), it.end())));
        assertTrue(read.get(1).isUnanswerable());
        assertEquals(Optional.empty(), read.getLast().answers());
        assertEquals(3, first.place().number());
        assertEquals(List.of("is_impossible", "plausible_answers"), List.copyOf(read.get(1).row().keySet()));
    }

    @Test
    void flattenedSquadAndQedGiveTheSameRecords() {
        QuestionExample flat = read("{\"id\": \"a\", \"title\": \"T\", \"context\": \"Paris in France.\", "
                + "\"question\": \"Where?\","
                + " \"answers\": {\"text\": [\"France\"], \"answer_start\": [9]}}").getFirst();
        QuestionExample qed = read("{\"example_id\": -5, \"title_text\": \"T\", \"paragraph_text\": \"Paris in "
                + "France.\", "
                + "\"question_text\": \"Where?\", \"original_nq_answers\": [[{\"start\": 9, \"end\": 15, \"string\": "
                + "\"France\"}],"
                + " [{\"start\": 9, \"end\": 15, \"string\": \"France\"}]], \"url\": \"u\"}").getFirst();
        List<Answer> france = List.of(new Answer("France", 9, 15));
        assertEquals(Optional.of(france), flat.answers());
        assertEquals(Optional.of(france), qed.answers());
        assertEquals("-5", qed.id());
        assertEquals(Map.of("url", "u"), qed.row());
        List<QuestionExample> parquet = QuestionExamples.open(Written.resource(folder, "questions.parquet")).readAll();
        assertEquals(Optional.of(List.of(new Answer("France", 12, 18))), parquet.getFirst().answers());
        assertTrue(parquet.getLast().isUnanswerable());
    }

    @Test
    void anAnswerMayBeWrittenInOtherCaseAndLackItsStart() {
        assertEquals(9, read(answer("FRANCE", "9")).getFirst().answers().orElseThrow().getFirst().start());
        assertEquals(9, read(squad("{\"id\": \"q\", \"question\": \"?\", \"answers\": [{\"text\": \"France\"}]}"))
                .getFirst().answers().orElseThrow().getFirst().start());
    }

    @Test
    void answersThatDoNotStandWhereTheyAreSaidToAreRefused() {
        assertRefused(answer("France", "8"), "a.json, line 3: question q: the answer 'France' does not stand at "
                + "character 8 of the text: there stands ' Franc'; correct its start or remove it");
        assertRefused(answer("France", "99"),
                "a.json, line 3: question q: an answer starts at character 99, but the text has 16");
        assertRefused(answer("France", "-1"),
                "a.json, line 3: question q: an answer starts at character -1, but the text has 16");
        assertRefused(answer("France. It", "9"), "a.json, line 3: question q: the answer 'France. It' does not stand "
                + "at character 9 of the text: there stands 'France.'; correct its start or remove it");
        assertRefused(answer("France", "\"9\""), "a.json, line 3: \"answer_start\" is 9; expected a whole number");
        assertRefused(answer("France", "99999999999"),
                "a.json, line 3: \"answer_start\" is 99999999999; expected a whole number");
        assertRefused(answer("", "0"), "a.json, line 3: question q: an empty answer; expected some words of the text");
        assertRefused(squad("{\"id\": \"q\", \"question\": \"?\", \"answers\": [{\"text\": \"Rome\"}]}"), "a.json, "
                + "line 3: "
                + "question q: the answer 'Rome' does not stand in the text; correct its start or remove it");
        assertRefused(squad("{\"id\": \"q\", \"question\": \"?\", \"is_impossible\": true, \"answers\": [{\"text\": "
                + "\"Paris\"}]}"),
                "a.json, line 3: question q: is_impossible is true, but it has 1 answers");
    }

    @Test
    void documentsOfAnotherShapeAreRefused() {
        assertRefused("{\"data\": 5}", "a.json, line 1: \"data\" is not a list");
        assertRefused("{\"data\": [5]}", "a.json, line 1: an article in \"data\" is not an object");
        assertRefused("{\"data\": [{\"paragraphs\": [{\"qas\": []}]}]}",
                "a.json, line 1: no \"context\"; expected a text, there is only qas");
        assertRefused("{\"version\": 1}", "a.json, line 1: no \"data\"; expected SQuAD's {\"version\": ..., "
                + "\"data\": [...]}");
        assertRefused("{\"data\": []}", "a.json: no examples in it; expected at least one");
        assertRefused("{\"data\": []} x", "a.json, line 1, column 15: not JSON in UTF-8 (Unrecognized token 'x'); "
                + "mend the file, or copy or fetch it again");
        assertRefused("{\"text\": \"a\"}", "a.json, line 1: the fields are text; expected id, question, context and "
                + "answers (SQuAD), or question_text, paragraph_text and original_nq_answers (QED)");
    }

    @Test
    void yesNoQuestionsComeFromBoolQPubMedQaAndBioAsq() {
        TextExample boolQ = YesNoExamples.open(Written.text(folder, "boolq.jsonl", "{\"question\": \"is it\", "
                + "\"title\": \"T\","
                + " \"answer\": true, \"passage\": \"It is.\"}\n")).next();
        assertEquals(List.of("is it", "It is.", "yes"), List.of(boolQ.text(), boolQ.pair().orElseThrow(),
                boolQ.label()));
        List<TextExample> pubMed = YesNoExamples.open(Written.text(folder, "pqal.json", "{\"11\": {\"QUESTION\": "
                + "\"Q?\", "
                + "\"CONTEXTS\": [\"a.\", \"b.\"], \"final_decision\": \"maybe\", \"YEAR\": null},\n\"12\": "
                + "{\"QUESTION\": \"R?\","
                + " \"CONTEXTS\": [\"c\"]}}")).readAll();
        assertEquals(List.of(Optional.of("11"), Optional.of("12")), pubMed.stream().map(TextExample::id).toList());
        assertEquals(Optional.of("a. b."), pubMed.getFirst().pair());
        assertEquals("maybe", pubMed.getFirst().label());
        assertEquals(Optional.empty(), pubMed.getLast().labels());
        assertEquals(2, pubMed.getLast().place().number());
        List<TextExample> bioAsq = YesNoExamples.open(Written.text(folder, "bioasq.json", """
                {"data": [{"paragraphs": [{"context": "C", "qas": [
                 {"id": "5118dd1305c10fae75000001_001", "question": "Q?", "answers": "Yes"},
                 {"id": "5118dd1305c10fae75000001_002", "question": "Q?", "is_impossible": true}]}]}]}
                """)).readAll();
        assertEquals(List.of("yes", "no"), bioAsq.stream().map(TextExample::label).toList());
        assertEquals(Optional.of("5118dd1305c10fae75000001"),
                PooledExamples.question(bioAsq.getFirst().id().orElseThrow()));
        assertEquals(Map.of("1", "yes", "2", "no"),
                YesNoExamples.testAnswers(Written.text(folder, "t.json", "{\"1\": \"yes\", \"2\": \"no\"}")));
        Path broken = Written.text(folder, "b.jsonl", "{\"question\": \"q\", \"passage\": \"p\", \"answer\": "
                + "\"perhaps\"}");
        Written.assertProblem(folder, "b.jsonl, line 1: the answer is 'perhaps'; expected yes, no or maybe",
                () -> YesNoExamples.open(broken).next());
    }

    @Test
    void factoidAnswersOfAllSnippetsArePooled() {
        List<Candidate> pooled = FactoidAnswers.pooled(List.of(new Candidate("p53,", 0.3), new Candidate("BRCA1", 0.5),
                new Candidate("(P53)", 0.4), new Candidate("a (b", 0.9), new Candidate(" ", 0.9),
                new Candidate("x".repeat(101), 0.9), new Candidate("nan", Double.NaN), new Candidate("(a) and (b)",
                        0.1)), 5);
        assertEquals(List.of("P53", "BRCA1", "(a) and (b)", "nan"), pooled.stream().map(Candidate::text).toList());
        assertEquals(0.7, pooled.getFirst().probability(), 1e-12);
    }
}
