package dev.pluglm.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.PlugLM;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.PassageReader;
import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

class FactsTest {
    private static final long SEED = Long.getLong("pluglm.seed", 20261124);
    private static final String OURS = """
            {"id": "1", "question": "Alice lives in [MASK] .", "paraphrases": ["The home of Alice is [MASK] ."], \
            "answers": ["Paris", "Rome"], "subject": "Alice", "relation": "home", \
            "evidence": {"id": "e", "title": "Alice", "text": "She lives in Paris."}}""";
    private static final String GOOGLE_RE = """
            {"pred": "/people/person/place_of_birth", "sub_label": "Alice A.", "obj_label": "Paris", "uuid": "u", \
            "evidences": [{"url": "http://x/wiki/Alice_A.", "snippet": "Alice was born in Paris."}], \
            "judgments": [{"judgment": "yes"}, {"judgment": "no"}]}""";
    private static final String WITH_PARAGRAPH = """
            {"relation": "P36", "template": "The capital of [X] is [Y] .", "sub_label": "Peru", "obj_label": "Lima", \
            "uuid": "v", "paragraph": 2, "leak": false, "text": "Peru has its capital at Lima."}""";

    @TempDir
    private Path folder;

    private Path file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    @Test
    void eachFormatIsRead() throws IOException {
        Facts facts = Facts.read(List.of(file("own.jsonl", OURS), file("others.jsonl", "", GOOGLE_RE, WITH_PARAGRAPH)));
        assertEquals(3, facts.facts().size());
        Fact ours = facts.facts().get(0);
        assertEquals(new Fact("1", "own", "home", "Alice",
                List.of("Alice lives in [MASK] .", "The home of Alice is [MASK] ."), List.of("Paris", "Rome"),
                List.of(new Passage("e", "She lives in Paris.", Optional.of("Alice"), Optional.of("own"), Map.of()))),
                ours);
        Fact google = facts.facts().get(1);
        assertEquals("google-re", google.set());
        assertEquals(List.of("Alice A. was born in [MASK] .", "The birth place of Alice A. is [MASK] ."),
                google.phrasings());
        assertTrue(google.evidence().getFirst().id().matches("google-re/Alice_A\\./[0-9a-f]{8}"));
        Fact paragraph = facts.facts().get(2);
        assertEquals("The capital of Peru is [MASK] .", paragraph.question());
        assertEquals(2, paragraph.phrasings().size());
        assertEquals("cloze-wiki/Peru/2", paragraph.evidence().getFirst().id());
    }

    @Test
    void whatIsNoFairQuestionIsLeftOutAndCounted() throws IOException {
        Facts facts = Facts.read(List.of(file("f.jsonl", GOOGLE_RE, GOOGLE_RE,
                GOOGLE_RE.replace("Alice", "Bob").replace("\"yes\"", "\"no\""),
                WITH_PARAGRAPH.replace("\"leak\": false", "\"leak\": true"))));
        assertEquals(1, facts.facts().size());
        assertEquals(Map.of(Facts.TWICE, 1L, FactFormat.JUDGED_WRONG, 1L, FactFormat.LEAK, 1L), facts.leftOut());
    }

    private static final String T_REX = """
            {"uuid": "t", "obj_label": "Rome", "sub_label": "Anna", "predicate_id": "P19", "evidences": \
            [{"sub_surface": "Anna", "obj_surface": "Rome", "masked_sentence": "Anna is from [MASK]."}]}""";

    @Test
    void tRexTakesItsTemplatesFromRelationsAndElseItsSentences() throws IOException {
        Path file = file("P19.jsonl", T_REX);
        RelationTemplates templates = RelationTemplates.read(file("relations.jsonl",
                "{\"relation\": \"P19\", \"template\": \"[X] was born in [Y] .\", \"type\": \"N-1\"}"));
        Fact asked = Facts.read(List.of(file), templates).facts().getFirst();
        assertEquals("Anna was born in [MASK] .", asked.question());
        assertEquals(List.of("t-rex", "P19", "Anna", List.of("Rome"), "t"),
                List.of(asked.set(), asked.relation(), asked.subject(), asked.answers(), asked.id()));
        assertEquals("Anna is from Rome.", asked.evidence().getFirst().text());
        assertEquals("Anna is from [MASK].", Facts.read(List.of(file)).facts().getFirst().question());
    }

    @Test
    void templatesCountMoreThanOursForGoogleReToo() throws IOException {
        RelationTemplates templates = RelationTemplates.read(file("relations.jsonl",
                "{\"relation\": \"place_of_birth\", \"template\": \"[X] came from [Y] .\"}"));
        assertEquals(List.of("Alice A. came from [MASK] .", "Alice A. was born in [MASK] .",
                "The birth place of Alice A. is [MASK] ."),
                Facts.read(List.of(file("f.jsonl", GOOGLE_RE)), templates).facts().getFirst().phrasings());
    }

    @Test
    void conceptNetAndSquadAreAskedForInTheirSentences() throws IOException {
        Facts facts = Facts.read(List.of(file("test.jsonl",
                "{\"sub\": \"alive\", \"obj\": \"think\", \"pred\": \"HasSubevent\", \"masked_sentences\": "
                        + "[\"When alive you [MASK].\"], \"obj_label\": \"think\", \"uuid\": \"d\"}",
                "{\"masked_sentences\": [\"It is [MASK].\"], \"obj_label\": \"gold\", \"id\": \"56_0\", "
                        + "\"sub_label\": \"Squad\"}",
                "{\"masked_sentences\": [\"[MASK] is [MASK].\"], \"obj_label\": \"gold\"}")));
        assertEquals(List.of("conceptnet HasSubevent alive When alive you [MASK].", "test test Squad It is [MASK]."),
                facts.facts().stream().map(it -> String.join(" ", it.set(), it.relation(), it.subject(),
                        it.question())).toList());
        assertEquals("56_0", facts.facts().getLast().id());
        assertEquals(Map.of(FactFormat.MASKS, 1L), facts.leftOut());
    }

    @Test
    void lamaCountsEveryJudgmentButYesAgainstAFact() throws IOException {
        Facts facts = Facts.read(List.of(file("f.jsonl", GOOGLE_RE, GOOGLE_RE.replace("Alice", "Bob")
                .replace("{\"judgment\": \"no\"}", "{\"judgment\": \"no\"}, {\"judgment\": \"skip\"}"))));
        assertEquals(1, facts.facts().size());
        assertEquals(Map.of(FactFormat.JUDGED_WRONG, 1L), facts.leftOut());
    }

    @Test
    void questionsWithTooManyWordsAreLeftOutAndCounted() throws IOException {
        Facts facts = Facts.read(List.of(file("f.jsonl", OURS, GOOGLE_RE)));
        assertEquals(List.of("1"), facts.upTo(5).facts().stream().map(Fact::id).toList());
        assertEquals(Map.of(Facts.LONG, 1L), facts.upTo(5).leftOut());
        assertEquals(facts, facts.upTo(7));
    }

    @Test
    void brokenTemplatesAreNamed() throws IOException {
        for (String line : List.of("{\"relation\": \"P1\", \"template\": \"[X] is\"}", "{\"relation\": \"P1\"}",
                "{\"template\": \"[X] [Y]\"}", "[]", "{\"relation\": \"P1\", \"template\": \"[Y] of [Y] [X]\"}")) {
            Path file = file("relations.jsonl", line);
            Problem problem = assertThrows(Problem.class, () -> RelationTemplates.read(file));
            assertTrue(problem.getMessage().startsWith(file + ", line 1"), problem.getMessage());
        }
        String once = "{\"relation\": \"P1\", \"template\": \"[X] is [Y]\"}";
        Path twice = file("relations.jsonl", once, once);
        assertTrue(assertThrows(Problem.class, () -> RelationTemplates.read(twice)).getMessage()
                .contains("line 2: the relation \"P1\" is there twice"));
        Path empty = file("relations.jsonl", "");
        assertThrows(Problem.class, () -> RelationTemplates.read(empty));
    }

    @Test
    void compressedFilesAreReadAndASampleDependsOnTheSeedAlone() throws IOException {
        Path file = folder.resolve("many.jsonl.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < 100; i++) {
                out.write("{\"question\": \"%d is [MASK]\", \"answers\": [\"odd\"]}%n".formatted(i)
                        .getBytes(StandardCharsets.UTF_8));
            }
        }
        Facts facts = Facts.read(List.of(file));
        assertEquals("many-1", facts.facts().getFirst().id());
        assertEquals(10, facts.sample(10, 1).facts().size());
        assertEquals(facts.sample(10, 1), Facts.read(List.of(file)).sample(10, 1));
        assertNotEquals(facts.sample(10, 1), facts.sample(10, 2));
        assertEquals(facts, facts.sample(1000, 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "{'question': 'Alice lives in Paris', 'answers': ['x']}|line 1: the question has no [MASK]",
        "{'question': '[MASK] in [MASK]', 'answers': ['x']}|more than one [MASK]",
        "{'question': 'In [MASK]'}|no 'answers'",
        "{'question': 'In [MASK]', 'answers': []}|no 'answers'",
        "{'question': 'In [MASK]', 'answers': 'x'}|'answers' is not a list of texts",
        "{'question': 'In [MASK]', 'answers': [1]}|'answers' is not a list of texts",
        "{'question': 'In [MASK]', 'answers': ['x'], 'paraphrases': ['y']}|the question has no [MASK]: 'y'",
        "{'question': 'In [MASK]', 'answers': ['x'], 'evidence': 'e'}|'evidence' is neither an object nor a list",
        "{'question': 'In [MASK]', 'answers': ['x'], 'evidence': {'text': 't'}}|no 'id'",
        "{'question': ' ', 'answers': ['x']}|'question' is empty",
        "{'question': 5, 'answers': ['x']}|'question' is not a string",
        "{'id': '1', 'text': 'a passage'}|not a fact",
        "[1]|not a JSON object",
        "{'question'|not JSON",
        "{'template': '[X] is .', 'obj_label': 'o', 'sub_label': 's', 'relation': 'P1'}|has no [X] for the subject, or not one [Y]",
        "{'template': '[X] [Y]', 'obj_label': 'o', 'sub_label': '[MASK]', 'relation': 'P1'}|more than one [MASK]",
        "{'pred': 'p', 'obj_label': 'o', 'sub_label': 's'}|no 'masked_sentences' to ask with, and no template for the relation 'p'",
        "{'pred': '/people/person/place_of_birth', 'obj_label': 'o'}|no 'sub_label'",
        "{'masked_sentences': ['[MASK]'], 'obj_label': ' '}|'obj_label' is empty",
        "{'masked_sentences': '[MASK]', 'obj_label': 'o'}|'masked_sentences' is not a list of texts",
        "{'predicate_id': 'P1', 'obj_label': 'o', 'evidences': [{}]}|no template for the relation 'P1'",
        "{'predicate_id': 'P1', 'obj_label': 'o', 'evidences': [1]}|'evidences' is neither an object nor a list",
    })
    void aLineThatIsNoFactIsNamed(String line, String message) throws IOException {
        Path file = file("bad.jsonl", line.replace('\'', '"'));
        Problem problem = assertThrows(Problem.class, () -> Facts.read(List.of(file)));
        assertTrue(problem.getMessage().startsWith(file + ", line 1"), problem.getMessage());
        assertTrue(problem.getMessage().replace('"', '\'').contains(message), problem.getMessage());
        assertEquals(1, problem.getMessage().lines().count());
    }

    @Test
    void filesWithoutFactsAndClashingEvidenceAreRefused() throws IOException {
        Path empty = file("empty.jsonl", "", " ");
        Problem none = assertThrows(Problem.class, () -> Facts.read(List.of(empty)));
        assertTrue(none.getMessage().contains("no facts in it"), none.getMessage());
        assertThrows(Problem.class, () -> Facts.read(List.of(folder.resolve("missing"))));
        Path clash = file("clash.jsonl", OURS, OURS.replace("\"1\"", "\"2\"").replace("She", "He").replace("Alice l",
                "Bob l"));
        Problem other = assertThrows(Problem.class, () -> Facts.read(List.of(clash)));
        assertTrue(other.getMessage().contains("line 2: the evidence 'e' has another text"), other.getMessage());
    }

    @Test
    void damagedLinesEitherParseOrAreRefusedInOneLine() throws IOException {
        Random random = new Random(SEED);
        String all = String.join("\n", OURS, GOOGLE_RE, WITH_PARAGRAPH, T_REX) + "\n";
        for (int round = 0; round < 300; round++) {
            byte[] bytes = all.getBytes(StandardCharsets.UTF_8);
            for (int change = 1 + random.nextInt(4); change > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) "\"{}[],: \nax\u007f".charAt(random.nextInt(12));
            }
            Path file = Files.write(folder.resolve("fuzz.jsonl"), bytes);
            try {
                Facts.read(List.of(file));
            } catch (Problem problem) {
                assertEquals(1, problem.getMessage().lines().count(), "seed %d, round %d".formatted(SEED, round));
            }
        }
    }

    @Test
    void evidenceAndDistractorsBecomeAFileThatMemoriesAreMadeOf() throws IOException {
        Facts facts = Readers.facts();
        Corpus others = Corpus.of(List.of(file("others.jsonl",
                "{\"id\": \"1\", \"title\": \"york\", \"text\": \"the home is in new york .\"}",
                "{\"id\": \"2\", \"title\": \"alice\", \"text\": \"the home is in paris .\"}",
                "{\"id\": \"3\", \"text\": \"%s\"}".formatted("alice is in rome . ".repeat(4))).toString()));
        try (PlugLM model = Readers.random(SEED, false)) {
            EvidencePassages written = EvidencePassages.collect(facts, Optional.of(others), model.tokenizer(),
                    new EvidencePassages.Options(16, true, 3, SEED), _ -> {});
            assertEquals(8, written.evidence());
            assertEquals(1, written.refused(), "the passage that says that alice lives in paris is no distractor");
            written.write(folder.resolve("passages.jsonl"));
            List<Passage> read = PassageReader.whole(folder.resolve("passages.jsonl")).toList();
            assertEquals(written.passages(), read);
            assertEquals(List.of("1", "3#1", "3#2"), read.subList(8, 11).stream().map(Passage::id).sorted().toList());

            Problem few = assertThrows(Problem.class, () -> EvidencePassages.collect(facts, Optional.of(others),
                    model.tokenizer(), new EvidencePassages.Options(16, true, 4, SEED), _ -> {}));
            assertTrue(few.getMessage().contains("4 distractors were asked for, but the files have only 3"),
                    few.getMessage());
            EvidencePassages wrong = EvidencePassages.collect(facts, Optional.of(others), model.tokenizer(),
                    new EvidencePassages.Options(16, false, 2, SEED), _ -> {});
            assertEquals(0, wrong.evidence());
            assertEquals(2, wrong.passages().size());
            assertThrows(Problem.class, () -> EvidencePassages.collect(facts, Optional.empty(), model.tokenizer(),
                    new EvidencePassages.Options(16, false, 0, SEED), _ -> {}));
        }
    }
}
