package dev.pluglm.task.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** BioASQ's own files, and snippets that are put together again. */
class BioAsqTest {

    @TempDir
    Path folder;

    private Path file() {
        return Written.resource(folder, "bioasq.json");
    }

    private Path questions(String... questions) {
        return Written.text(folder, "q.json", "{\"questions\": [" + String.join(",\n", questions) + "]}");
    }

    @Test
    void factoidQuestionsAreAskedAboutEachSnippetAndPutTogether() {
        ExampleReader<Pooled<QuestionExample>> reader = PooledExamples.questions(file());
        List<Pooled<QuestionExample>> read = reader.readAll();
        assertEquals(List.of(3, 1), read.stream().map(it -> it.texts().size()).toList(), "one snippet is there twice");
        Pooled<QuestionExample> first = read.getFirst();
        assertTrue(first.snippets());
        assertEquals("Which word tells that the film was liked?", first.first().question());
        assertEquals(List.of("5118dd1305c10fae75000001_001", "5118dd1305c10fae75000001_002",
                "5118dd1305c10fae75000001_003"), first.texts().stream().map(QuestionExample::id).toList());
        assertEquals(List.of("Great", "lovely film"), first.first().synonyms());
        assertEquals(Optional.of(List.of(new Answer("Great", 13, 18))), first.first().answers(), "no part of a word");
        assertEquals(Optional.of(List.of(new Answer("lovely film", 2, 13))), first.texts().getLast().answers());
        assertEquals(List.of(false, true, false),
                first.texts().stream().map(QuestionExample::isAnsweredElsewhere).toList());
        assertFalse(first.texts().get(1).isUnanswerable());
        assertEquals(Map.of("a yesno question", 2L, "a list question", 1L, "a summary question", 1L, "no snippets", 1L),
                reader.leftOut());
    }

    @Test
    void yesNoQuestionsAreAskedAboutEachSnippetAndPutTogether() {
        List<Pooled<TextExample>> read = PooledExamples.yesNo(file()).readAll();
        assertEquals(List.of(2, 1), read.stream().map(it -> it.texts().size()).toList());
        assertEquals(List.of("yes", "yes"), read.getFirst().texts().stream().map(TextExample::label).toList());
        assertEquals("no", read.getLast().first().label());
        assertEquals(Optional.of("It was awful."), read.getLast().first().pair());
    }

    @Test
    void theFormPublishedForBioBertIsPutTogetherTooAndOtherFilesAreNot() {
        Path squad = Written.text(folder, "squad.json", """
                {"version": "1", "data": [{"paragraphs": [
                 {"context": "A p53.", "qas": [{"id": "5118dd1305c10fae75000001_001", "question": "Q", \
                  "answers": [{"text": "p53", "answer_start": 2}]}]},
                 {"context": "B TP53.", "qas": [{"id": "5118dd1305c10fae75000001_002", "question": "Q", \
                  "answers": [{"text": "TP53", "answer_start": 2}]}]},
                 {"context": "C.", "qas": [{"id": "56be4db0acb8001400a502ec", "question": "Q", "answers": []},
                  {"id": "q_001", "question": "Q", "answers": []}, {"id": "q_002", "question": "Q", "answers": []}]}
                ]}]}
                """);
        List<Pooled<QuestionExample>> read = PooledExamples.questions(squad).readAll();
        assertEquals(List.of(2, 1, 1, 1), read.stream().map(it -> it.texts().size()).toList());
        assertEquals(List.of(true, false, false, false), read.stream().map(Pooled::snippets).toList());
    }

    @Test
    void aFileWithoutAnswersIsReadForPredictions() {
        Pooled<QuestionExample> read = PooledExamples.questions(questions("{\"id\": \"5118dd1305c10fae75000001\", "
                + "\"type\": \"factoid\", \"body\": \"q\", \"snippets\": [{\"text\": \"t\"}]}")).next();
        assertEquals(Optional.empty(), read.first().answers());
        assertEquals(List.of(), read.first().synonyms());
    }

    @Test
    void whatIsNoQuestionIsRefusedWithItsLine() {
        String fields = "\"type\": \"factoid\", \"body\": \"q\", \"snippets\": [{\"text\": \"t\"}]";
        String good = "{\"id\": \"5118dd1305c10fae75000001\", " + fields + "}";
        assertRefused("q.json, line 1: the id 'a'; expected the 24 letters and digits of BioASQ's",
                "{\"id\": \"a\", " + fields + "}");
        assertRefused("q.json, line 2: the question 5118dd1305c10fae75000001 is there twice", good, good);
        assertRefused("q.json, line 2: a question is not an object", good, "1");
        assertRefused("q.json, line 1: no \"type\"; expected a text, there is only id", "{\"id\": \"a\"}");
        assertRefused("q.json, line 1: \"snippets\" is not a list; expected a list of objects",
                good.replace("[{\"text\": \"t\"}]", "\"t\""));
        assertRefused("q.json, line 1: question 5118dd1305c10fae75000001: \"exact_answer\" holds something else than "
                + "strings and lists", good.replace("\"body\"", "\"exact_answer\": [1], \"body\""));
        assertRefused("q.json: no examples in it but those left out: {a summary question=1}; expected at least one",
                good.replace("factoid", "summary"));
        assertRefused("q.json: no examples in it; expected at least one");
    }

    private void assertRefused(String message, String... questions) {
        Path file = questions(questions);
        Written.assertProblem(folder, message, () -> PooledExamples.questions(file).readAll());
    }
}
