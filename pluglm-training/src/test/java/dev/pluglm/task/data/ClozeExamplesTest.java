package dev.pluglm.task.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class ClozeExamplesTest {

    @TempDir
    Path folder;

    private ExampleReader<ClozeExample> open(String name, String content, RelationTemplates templates) {
        return ClozeExamples.open(Written.text(folder, name, content), templates);
    }

    private static final String GOOGLE_RE = """
            {"pred": "/people/person/date_of_birth", "obj": "1941", "judgments": [{"judgment": "yes"}, \
            {"judgment": "no"}], "sub_label": "Peter [Y]", "obj_label": "1941", "uuid": "u", "masked_sentences": \
            ["Peter (born [MASK]) is a man .", "He is old ."]}
            {"pred": "/people/person/date_of_birth", "judgments": [{"judgment": "skip"}, {"judgment": "no"}, \
            {"judgment": "yes"}], "sub_label": "Paul", "obj_label": "1942", "masked_sentences": ["[MASK]"]}
            {"pred": "/people/person/date_of_birth", "sub_label": "Mary", "obj_label": "1942", "masked_sentences": \
            ["[MASK] and [MASK]"]}
            {"pred": "/people/person/date_of_birth", "sub_label": "Mary", "obj_label": "1942", "masked_sentences": []}
            """;

    @Test
    void googleReIsAskedForInItsTemplatesEachFactOnce() {
        ExampleReader<ClozeExample> reader = open("a.jsonl", GOOGLE_RE, RelationTemplates.googleRe());
        List<ClozeExample> read = reader.readAll();
        assertEquals(List.of("The year when Peter [Y] is born in is [MASK] .", "The year when Mary is born in is "
                + "[MASK] ."),
                read.stream().map(ClozeExample::text).toList());
        assertEquals("1941", read.getFirst().object());
        assertEquals("u", read.getFirst().id().orElseThrow());
        assertEquals(Map.of(ClozeExamples.JUDGED_WRONG, 1L, ClozeExamples.TWICE, 1L), reader.leftOut());
    }

    @Test
    void withoutTemplatesFactsAreAskedForInTheirSentences() {
        ExampleReader<ClozeExample> reader = open("a.jsonl", GOOGLE_RE, RelationTemplates.none());
        assertEquals(List.of("Peter (born [MASK]) is a man . He is old ."),
                reader.readAll().stream().map(ClozeExample::text).toList());
        assertEquals(Map.of(ClozeExamples.JUDGED_WRONG, 1L, ClozeExamples.MASKS, 2L), reader.leftOut());
    }

    @Test
    void tRexTakesItsTemplatesFromRelations() {
        RelationTemplates templates = RelationTemplates.read(Written.text(folder, "relations.jsonl",
                "{\"relation\": \"P19\", \"template\": \"[X] was born in [Y] .\", \"type\": \"N-1\"}\n"));
        String line = "{\"uuid\": \"1\", \"obj_label\": \"Rome\", \"sub_label\": \"Anna\", \"predicate_id\": \"P19\", "
                + "\"evidences\": [{\"masked_sentence\": \"Anna is from [MASK].\"}]}";
        assertEquals("Anna was born in [MASK] .", open("P19.jsonl", line, templates).next().text());
        assertEquals("Anna is from [MASK].", open("P19.jsonl", line, RelationTemplates.none()).next().text());
    }

    @Test
    void conceptNetSquadAndFactsWithTheirOwnTemplateAreRead() {
        ClozeExample concept = open("test.jsonl", "{\"sub\": \"alive\", \"obj\": \"think\", \"pred\": \"HasSubevent\", "
                + "\"masked_sentences\": [\"When alive you [MASK].\"], \"obj_label\": \"think\", \"uuid\": \"d\"}",
                RelationTemplates.none()).next();
        assertEquals(List.of("HasSubevent", "alive", "think"),
                List.of(concept.relation(), concept.subject(), concept.object()));
        ClozeExample squad = open("squad.jsonl.x", "{\"masked_sentences\": [\"It is [MASK].\"], \"obj_label\": "
                + "\"gold\", "
                + "\"sub_label\": \"Squad\", \"id\": \"56_0\"}", RelationTemplates.none()).next();
        assertEquals("squad.jsonl.x", squad.relation());
        ExampleReader<ClozeExample> own = open("wiki.jsonl", """
                {"relation": "P1", "template": "[X] is in [Y] .", "sub_label": "Paris", \
                "obj_label": "France", "leak": false}
                {"relation": "P1", "template": "[X] is in [Y] .", "sub_label": "New York", \
                "obj_label": "York", "leak": true}
                """, RelationTemplates.none());
        assertEquals(List.of("Paris is in [MASK] ."), own.readAll().stream().map(ClozeExample::text).toList());
        assertEquals(Map.of(ClozeExamples.LEAK, 1L), own.leftOut());
    }

    @Test
    void whatIsNoFactIsRefused() {
        Written.assertProblem(folder, "a.jsonl, line 1: no \"obj_label\"; expected a text, there is only pred",
                () -> open("a.jsonl", "{\"pred\": \"x\"}", RelationTemplates.none()).next());
        Written.assertProblem(folder, "a.jsonl, line 1: no \"masked_sentences\", and no template for the relation "
                + "P1; give "
                + "the templates (LAMA's relations.jsonl)", () -> open("a.jsonl",
                        "{\"predicate_id\": \"P1\", \"obj_label\": \"a\", \"sub_label\": \"b\"}",
                                RelationTemplates.none()).next());
        Written.assertProblem(folder, "r.jsonl, line 1: the template \"[X] is\" lacks [X] for the subject, or has "
                + "not one "
                + "[Y] for the object", () -> RelationTemplates.read(Written.text(folder, "r.jsonl",
                        "{\"relation\": \"P1\", \"template\": \"[X] is\"}")));
        Written.assertProblem(folder, "l.jsonl: no examples in it but those left out: {object stands in the "
                + "subject=1}; "
                + "expected at least one", () -> open("l.jsonl", "{\"obj_label\": \"a\", \"leak\": true}",
                        RelationTemplates.none()).readAll());
    }
}
