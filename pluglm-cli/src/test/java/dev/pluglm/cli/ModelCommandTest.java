package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Models made from others on the command line: fewer layers, fewer bits, the average of two. */
class ModelCommandTest {
    @TempDir
    private Path folder;

    /** As {@code transformers} saves one. */
    private Path bert() throws IOException {
        Path bert = folder.resolve("bert");
        Path plain = TinyModel.write(folder.resolve("plain"), 1, c -> {
            c.numMemoryLayers = 0;
            c.numHiddenLayers = 3;
        });
        Run.ok("model", "export", plain, bert);
        Files.writeString(bert.resolve("config.json"), "{\"model_type\": \"bert\", \"num_attention_heads\": 2}");
        return bert;
    }

    @Test
    void aModelInInt8IsDescribedGivenAMemoryAndAsked() throws IOException {
        Path model = TinyModel.write(folder.resolve("model"), 1);
        Path facts = Files.writeString(folder.resolve("facts.jsonl"), """
                {"id": "paris", "text": "paris is the capital of france."}
                {"id": "bell", "text": "a bell."}
                """);
        Path memory = folder.resolve("facts");
        Run.ok("memory", "create", memory, "--model", model, "--from", facts);
        Path small = folder.resolve("small");
        String made = Run.ok("model", "compress", model, small, "--weights", "int8");
        assertTrue(made.contains("compressed " + model + " to " + small + ": int8, "), made);
        assertTrue(made.contains("rounding of each weight, where 1 is the largest of its row: mean 0.00"), made);
        assertTrue(made.contains("next: encode memories for it, with pluglm memory reencode MEMORY --model " + small),
                made);
        assertTrue(Run.ok("model", "info", small).contains("weights           int8, "));
        assertTrue(Run.ok("model", "info", model).contains("weights           fp32, "));
        String other = Run.failure(Cli.FAILURE, "fill", "--model", small, "--memory", memory, "paris is [MASK]");
        assertTrue(other.contains("reencode"), other);
        Run.ok("memory", "reencode", memory, "--model", small);
        JsonNode filled = Run.json("fill", "--model", small, "--memory", memory, "paris is [MASK]").getFirst();
        assertEquals(2, filled.path("evidence").size());
    }

    @Test
    void fp16IsReportedAsJsonAndSoIsThatNothingChangesTheSecondTime() throws IOException {
        Path model = TinyModel.write(folder.resolve("model"), 1);
        JsonNode made = Run.json("model", "compress", model, folder.resolve("half"), "--weights", "fp16", "--zip")
                .getFirst();
        assertEquals("fp16", made.path("weights").asText());
        assertTrue(made.path("bytes").asLong() < made.path("bytes_before").asLong());
        assertTrue(made.path("rounding_largest").asDouble() <= 1.0 / 2048, made::toString);
        assertFalse(made.path("memories_still_fit").asBoolean());
        JsonNode again = Run.json("model", "compress", folder.resolve("half"), folder.resolve("again"), "--weights",
                "fp16").getFirst();
        assertEquals(0, again.path("rounding_largest").asDouble());
        assertTrue(again.path("memories_still_fit").asBoolean());
    }

    @Test
    void whatCannotBeCompressedIsToldInOneLine() throws IOException {
        Path model = TinyModel.write(folder.resolve("model"), 1);
        Path target = folder.resolve("small");
        assertTrue(Run.failure(Cli.USAGE, "model", "compress", model, target).contains("--weights"));
        assertTrue(Run.failure(Cli.USAGE, "model", "compress", model, target, "--weights", "int4")
                .contains("--weights int4 is not known; use int8 or fp16"));
        assertTrue(Run.failure(Cli.USAGE, "model", "compress", model, target, "--weights", "fp32")
                .contains("saves nothing"));
        assertTrue(Run.failure(Cli.FAILURE, "model", "compress", folder.resolve("none"), target, "--weights", "int8")
                .contains("no such model directory"));
        assertTrue(Run.failure(Cli.FAILURE, "model", "compress", model, model, "--weights", "int8")
                .contains("exists already"));
        assertFalse(Files.exists(target));
    }

    @Test
    void twoModelsAreAveraged() throws IOException {
        Path one = TinyModel.write(folder.resolve("one"), 1);
        Path other = TinyModel.write(folder.resolve("other"), 2);
        Path average = folder.resolve("average");
        String made = Run.ok("model", "average", one, other, average, "--share", "0.25");
        assertTrue(made.contains("averaged %s and %s (0.25 of it) to %s".formatted(one, other, average)), made);
        assertTrue(Run.ok("model", "info", average).contains("masked_lm"));
        assertEquals(0.5, Run.json("model", "average", one, one, folder.resolve("same")).getFirst().path("share").asDouble());
        assertTrue(Run.failure(Cli.USAGE, "model", "average", one, other, average, "--share", "2")
                .contains("--share is 2.0; expected 0 to 1"));
        assertTrue(Run.failure(Cli.FAILURE, "model", "average", one, other, average).contains("exists already"));
    }

    @Test
    void aBertIsImportedWithTheLayersThatAreKept() throws IOException {
        Path bert = bert();
        Path target = folder.resolve("kept");
        String made = Run.ok("model", "import", bert, target, "--keep-layers", "1,3");
        assertTrue(made.contains("BERT bert, layers 1,3"), made);
        assertTrue(made.contains("2 of 32 hidden units, 2 heads; the top 1 look into the memory"), made);
        Path none = folder.resolve("none");
        assertTrue(Run.failure(Cli.FAILURE, "model", "import", bert, none, "--keep-layers", "1,4")
                .contains("there is no layer 4"));
        assertTrue(Run.failure(Cli.USAGE, "model", "import", bert, none, "--keep-layers", "3,1")
                .contains("--keep-layers: layers 3,1: layer 1 stands after layer 3"));
        assertTrue(Run.failure(Cli.USAGE, "model", "import", bert, none, "--keep-layers", "2,2").contains("twice"));
        assertTrue(Run.failure(Cli.USAGE, "model", "import", bert, none, "--keep-layers", "one").contains("'one'"));
        assertTrue(Run.failure(Cli.FAILURE, "model", "import", bert, none, "--keep-layers", "1,3", "--memory-layers",
                "3").contains("num_memory_layers"));
        assertFalse(Files.exists(none));
    }
}
