package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A BERT made into a model that reads passages token by token, from the command line. */
class TokenModelTest {
    @TempDir
    private Path folder;
    private Path bert;

    /** As {@code transformers} saves one. */
    @BeforeEach
    void writeBert() throws IOException {
        bert = folder.resolve("bert");
        Path plain = TinyModel.write(folder.resolve("plain"), 1, c -> c.numMemoryLayers = 0);
        Run.ok("model", "export", plain, bert);
        Files.writeString(bert.resolve("config.json"), "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
    }

    private Run importWith(Object... options) {
        Object[] all = new Object[4 + options.length];
        System.arraycopy(new Object[] {"model", "import", bert, folder.resolve("reader")}, 0, all, 0, 4);
        System.arraycopy(options, 0, all, 4, options.length);
        return Run.of(all);
    }

    @Test
    void itIsImportedDescribedGivenAMemoryAndAsked() throws IOException {
        Run made = importWith("--value-type", "tokens", "--document-encoder", "first_1", "--value-layer-norm",
                "--memory-init", "warm_start", "--query-size", "16");
        assertEquals(0, made.code(), made::toString);
        assertTrue(made.out().contains("encoded by first_1, read token by token, values normalised"), made.out());
        Path model = folder.resolve("reader");
        Path facts = Files.writeString(folder.resolve("facts.jsonl"), """
                {"id": "paris", "text": "paris is the capital of france."}
                {"id": "bell", "text": "a bell."}
                """);
        Path memory = folder.resolve("facts");
        Run.ok("memory", "create", memory, "--model", model, "--from", facts);
        assertTrue(Run.ok("memory", "stats", memory).contains("none kept"));
        JsonNode filled = Run.json("fill", "--model", model, "--memory", memory, "the capital of france is [MASK].")
                .getFirst();
        assertEquals(2, filled.path("evidence").size());
        JsonNode best = filled.path("evidence").get(0);
        assertEquals("paris", best.path("id").asText());
        assertEquals(9, best.path("tokens").size());
        assertTrue(best.path("tokens").get(1).path("weight").asDouble() > 0);
        assertTrue(Run.ok("fill", "--model", model, "--memory", memory, "paris is [MASK]").contains("most read"));
    }

    @Test
    void whatDoesNotExistOrDoesNotGoTogetherIsToldInOneLine() {
        Run unknown = importWith("--document-encoder", "last_4");
        assertEquals(Cli.USAGE, unknown.code());
        assertTrue(unknown.err().contains("use word_embedding or first_N"), unknown::err);
        Run sentence = importWith("--value-type", "tokens", "--knowledge-attention", "sentence_level");
        assertEquals(Cli.FAILURE, sentence.code());
        assertTrue(sentence.err().contains("sentence_level"), sentence::err);
        assertEquals(1, sentence.err().lines().count());
    }
}
