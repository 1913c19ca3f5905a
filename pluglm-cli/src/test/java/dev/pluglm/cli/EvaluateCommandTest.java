package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The evaluate commands, end to end on a tiny random model. */
class EvaluateCommandTest {
    @TempDir
    static Path models;

    private static Path model;
    private static Path otherModel;

    @TempDir
    private Path folder;
    private Path facts;
    private Path texts;

    @BeforeAll
    static void writeModels() {
        model = TinyModel.write(models.resolve("one"), 1);
        otherModel = TinyModel.write(models.resolve("two"), 2);
    }

    @BeforeEach
    void writeFiles() throws IOException {
        facts = Files.writeString(folder.resolve("facts.jsonl"), """
                {"question": "The capital of x is [MASK].", "paraphrases": ["[MASK] is the capital of x."], \
                "answers": ["paris"], "subject": "x", "evidence": {"id": "x", "text": "the capital of x is paris"}}
                {"question": "The capital of y is [MASK].", "answers": ["france"], "subject": "y", \
                "evidence": [{"id": "y", "text": "the capital of y is france"}]}
                {"question": "The capital of z is [MASK].", "answers": ["canberra"], "subject": "z"}
                """);
        texts = Files.writeString(folder.resolve("texts.txt"), "The capital is Paris.\n\nThe capital of France.\n");
    }

    private Path memory(String name, String... passages) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String passage : passages) {
            lines.append("{\"id\": \"%s\", \"text\": \"%s\"}%n".formatted(passage, "the " + passage + " is"));
        }
        Path file = Files.writeString(folder.resolve(name + ".jsonl"), lines);
        Run.ok("memory", "create", folder.resolve(name), "--model", model, "--from", file, "--quiet");
        return folder.resolve(name);
    }

    private Path evidence() {
        Path passages = folder.resolve("passages.jsonl");
        Run.ok("evaluate", "passages", model, "--facts", facts, "--output", passages);
        Path memory = folder.resolve("evidence");
        Run.ok("memory", "create", memory, "--model", model, "--from", passages, "--quiet");
        return memory;
    }

    @Test
    void passagesOfFactsMakeAMemoryInWhichTheyAreFound() throws IOException {
        Path passages = folder.resolve("passages.jsonl");
        assertEquals("wrote 3 passages to " + passages
                        + ": 2 of evidence for 3 facts, 1 distractor (0 that state a fact were left out)\n",
                Run.ok("evaluate", "passages", model, "--facts", facts, "--output", passages, "--distractors", texts,
                        "--count", 1));
        Run.ok("memory", "create", folder.resolve("m"), "--model", model, "--from", passages, "--quiet");
        JsonNode report = Run.json("evaluate", "cloze", model, "--facts", facts, "--memory", folder.resolve("m"), "-q")
                .getFirst();
        assertEquals(2, report.path("questions").asInt());
        assertEquals(1, report.path("left_out").path("the answer is no single WordPiece").asInt());
        JsonNode layer = report.path("results").path("memory").path("retrieval").path(0);
        assertEquals(100, layer.path("own").path("percent").asDouble(), "three passages, of which five may be found");
        assertTrue(layer.path("own_weight").asDouble() > 0);
        assertEquals(2, report.path("results").path("off").path("all").path("questions").asInt());
        assertEquals(0, report.path("results").path("off").path("retrieval").size());
    }

    @Test
    void aClozeTablePutsMemoriesSideBySideAndTheReportIsWritten() throws IOException {
        Path output = folder.resolve("report.json");
        String table = Run.ok("evaluate", "cloze", model, "--facts", facts, "--memory", evidence(), "--wrong-memory",
                memory("wrong", "a", "b"), "--output", output, "-q");
        String header = table.lines().findFirst().orElse("");
        assertTrue(header.matches("facts +relation +questions +off P@1 .*memory P@1 .*wrong P@1 .*"), table);
        assertTrue(table.contains("right passages among those found:"), table);
        JsonNode report = new ObjectMapper().readTree(output.toFile());
        assertEquals(42, report.path("seed").asInt());
        assertEquals(3, report.path("results").size());
        assertEquals(0, report.path("results").path("wrong").path("retrieval").path(0).path("stated").path("hits")
                .asInt());
        assertTrue(report.path("memories").path("wrong").path(0).asText().endsWith("wrong"), report::toString);
    }

    @Test
    void aProbeScoresRelationsAndWritesALineForEachFact() throws IOException {
        Path trex = Files.writeString(folder.resolve("P1.jsonl"), """
                {"uuid": "1", "predicate_id": "P1", "sub_label": "x", "obj_label": "Paris"}
                {"uuid": "2", "predicate_id": "P1", "sub_label": "y", "obj_label": "France"}
                {"uuid": "3", "predicate_id": "P2", "sub_label": "y", "obj_label": "capital"}
                {"uuid": "4", "predicate_id": "P2", "sub_label": "z", "obj_label": "the"}
                """);
        Path relations = Files.writeString(folder.resolve("relations.jsonl"), """
                {"relation": "P1", "template": "the capital of [X] is [Y] ."}
                {"relation": "P2", "template": "[X] is the [Y] ."}
                """);
        Path common = Files.writeString(folder.resolve("common.txt"), "Paris\nFrance\nCapital\nof\nCanberra\n");
        Path lines = folder.resolve("lines.jsonl");
        JsonNode report = Run.json("probe", model, "--facts", trex, "--relations", relations, "--common-vocab", common,
                "--memory", memory("one", "paris"), "--memory", memory("two", "france"), "--predictions", lines, "-q")
                .getFirst();
        assertEquals(3, report.path("questions").asInt());
        assertEquals(1, report.path("left_out").path("the answer is not in the common vocabulary").asInt());
        assertEquals(4, report.path("common_vocabulary").path("tokens").asInt());
        assertEquals(2, report.path("memories").size());
        JsonNode results = report.path("results");
        assertEquals(2, results.path("sets").path("t-rex").path("relations").size());
        assertEquals(100, results.path("all").path("in_ten").path("percent").asDouble(), "there are four candidates");
        assertTrue(results.path("answers").isMissingNode(), "these go to a file");
        assertEquals(3, Files.readAllLines(lines).size());
        JsonNode first = new ObjectMapper().readTree(Files.readAllLines(lines).getFirst());
        assertEquals("the capital of x is [MASK] .", first.path("question").asText());
        assertEquals(4, first.path("guesses").size());
        assertTrue(first.path("guesses").path(0).path("log_probability").asDouble() < 0);
        assertEquals(2, first.path("layers").path(0).path("passages").size());
        String table = Run.ok("probe", model, "--facts", trex, "--relations", relations, "-q");
        assertTrue(table.lines().anyMatch(line -> line.matches("t-rex +mean +[0-9.]+.*")), table);
        assertTrue(Run.failure(1, "probe", model, "--facts", trex).contains("no template for the relation \"P1\""));
        assertTrue(Run.failure(2, "probe", model, "--facts", trex, "--max-words", 0).contains("--max-words is 0"));
    }

    @Test
    void maskedTokensAreCounted() throws IOException {
        String table = Run.ok("evaluate", "masked", model, "--texts", texts, "--memory", evidence(), "--wrong-memory",
                memory("wrong", "a"), "--max-length", 16, "-q");
        assertEquals(4, table.lines().count(), table);
        assertTrue(table.lines().skip(1).allMatch(line -> line.matches("(off|memory|wrong) +2 +2 .*")), table);
        JsonNode report = Run.json("evaluate", "masked", model, "--texts", texts, "--masked-lm-ratio", "0.5", "-q")
                .getFirst();
        JsonNode off = report.path("results").path("off");
        assertEquals(Math.exp(off.path("loss").asDouble()), off.path("perplexity").asDouble(), 1e-6);
        assertEquals(report.path("masked_tokens"), off.path("accuracy").path("of"));
    }

    @Test
    void editsAreMeasuredOnACopyAndUndone() throws IOException {
        Path memory = evidence();
        String before = Run.ok("memory", "log", memory, "--json");
        JsonNode report = Run.json("evaluate", "edits", model, "--facts", facts, "--memory", memory, "--edits", 1, "-q")
                .getFirst();
        JsonNode results = report.path("results");
        assertTrue(results.path("undone_exactly").asBoolean());
        assertEquals(1, results.path("together").path("efficacy").path("of").asInt());
        assertEquals(before, Run.ok("memory", "log", memory, "--json"));
        assertTrue(Run.ok("evaluate", "edits", model, "--facts", facts, "--memory", memory, "-q")
                .contains("every logit is as before, bit by bit"));
    }

    @Test
    void eachMistakeIsOneLineAndLeavesNoFile() throws IOException {
        Path output = folder.resolve("none.json");
        Path empty = Files.writeString(folder.resolve("empty.jsonl"), "\n");
        Path unmasked = Files.writeString(folder.resolve("unmasked.jsonl"),
                "{\"question\": \"Paris\", \"answers\": [\"x\"]}\n");
        Path memory = memory("m", "a");
        assertTrue(Run.failure(1, "evaluate", "cloze", model, "--facts", empty, "--output", output)
                .contains("no facts in it"));
        assertTrue(Run.failure(1, "evaluate", "cloze", model, "--facts", unmasked, "--output", output)
                .contains("line 1: the question has no [MASK]"));
        assertTrue(Run.failure(1, "evaluate", "cloze", model, "--facts", folder.resolve("no")).contains("no such file"));
        assertTrue(Run.failure(1, "evaluate", "cloze", otherModel, "--facts", facts, "--memory", memory, "-q",
                "--output", output).contains("reencode"));
        assertTrue(Run.failure(1, "evaluate", "edits", model, "--facts", facts, "--memory", memory, "-q", "--output",
                output).contains("none of the 2 facts can be edited"));
        assertTrue(Run.failure(1, "evaluate", "masked", model, "--texts", folder.resolve("no")).contains("no such file"));
        assertTrue(Run.failure(1, "evaluate", "passages", model, "--facts", facts, "--distractors", texts, "--count",
                "1000", "--output", output).contains("1000 distractors were asked for"));
        assertFalse(Files.exists(output));
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".unfinished")));
        }
    }

    @Test
    void optionsThatMakeNoSenseAreBadUsage() {
        Run.failure(2, "evaluate", "cloze", model);
        Run.failure(2, "evaluate", "cloze", model, "--facts", facts, "--batch-size", 0);
        Run.failure(2, "evaluate", "cloze", model, "--facts", facts, "--samples", 0);
        Run.failure(2, "evaluate", "masked", model, "--texts", texts, "--masked-lm-ratio", 0);
        Run.failure(2, "evaluate", "masked", model, "--texts", texts, "--max-length", 4000);
        Run.failure(2, "evaluate", "edits", model, "--facts", facts, "--memory", folder, "--dtype", "bf16");
        Run.failure(2, "evaluate", "passages", model, "--facts", facts, "--output", folder.resolve("x"), "--count", 5);
    }
}
