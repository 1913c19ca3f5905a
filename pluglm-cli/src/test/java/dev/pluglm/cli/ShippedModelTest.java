package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** pluglm-mini, the trained model that comes with the project, looks things up: the whole way, from the command line. */
class ShippedModelTest {
    private static final Path MINI = Path.of("../models/pluglm-mini");
    private static final Path FACTS = Path.of("../examples/data/facts.jsonl");
    private static final String QUESTION = "The capital of France is [MASK].";

    @TempDir
    static Path folder;

    private static Path known;

    @BeforeAll
    static void memory() {
        known = folder.resolve("known");
        Run.ok("memory", "create", known, "--model", MINI, "--from", FACTS, "--quiet");
    }

    private static JsonNode fill(Object... memory) {
        return Run.json(Stream.concat(Stream.of("fill", "--model", MINI, QUESTION), Stream.of(memory)).toArray())
                .getFirst();
    }

    private static String answer(JsonNode filled) {
        return filled.path("predictions").path(0).path("token").asText();
    }

    @Test
    void itAnswersFromItsMemoryFollowsAnEditAndForgetsItWhenItIsUndone() {
        JsonNode before = fill("--memory", known);
        assertEquals("paris", answer(before), before::toPrettyString);
        assertEquals("fr", before.path("evidence").path(0).path("id").asText());
        assertTrue(before.path("evidence").path(0).path("weight").asDouble() > 0.5, before::toPrettyString);
        assertNotEquals("paris", answer(fill()), "it does not know it by itself");

        Run.ok("memory", "replace", known, "--model", MINI, "--id", "fr", "--title", "France", "--text",
                "France is a country in western Europe. Its capital is Lyon.");
        assertEquals("lyon", answer(fill("--memory", known)));
        Run.ok("memory", "undo", known);
        assertEquals(before, fill("--memory", known), "bit by bit");

        Run.ok("memory", "remove", known, "fr");
        JsonNode without = fill("--memory", known);
        assertFalse(without.path("evidence").toString().contains("Paris"), without::toPrettyString);
        assertNotEquals("paris", answer(without));
        Run.ok("memory", "undo", known);
    }

    @Test
    void theDemoShowsAnAnswerAnEditAndItsUndoing() throws Exception {
        Path cities = Files.writeString(folder.resolve("cities.jsonl"), """
                {"id": "1", "title": "Timbuktu", "text": "a city in central Mali near the Niger river"}
                {"id": "2", "title": "Graz", "text": "an industrial city in southeastern Austria"}
                """);
        String encoder = Run.json("model", "info", MINI).getFirst().path("memory encoder").asText();
        Path home = Files.createDirectory(folder.resolve("home"));
        Run.ok("memory", "create", home.resolve("wordnet-cities-" + encoder.substring(0, 8)), "--model", MINI, "--from",
                cities, "--quiet");
        List<String> said = Run.ok("demo", "--model", MINI, "--home", home).lines().toList();
        List<String> answers = said.stream().filter(line -> line.matches(" +[01]\\.\\d+ +\\S+")).toList();
        assertEquals(12, answers.size(), () -> String.join("\n", said));
        assertTrue(answers.get(3).endsWith(" mali"), () -> String.join("\n", said));
        assertTrue(answers.get(6).endsWith(" peru"), () -> String.join("\n", said));
        assertEquals(answers.subList(3, 6), answers.subList(9, 12));
        assertTrue(said.contains("The answer, the passages and every number are what they were before."));
    }
}
