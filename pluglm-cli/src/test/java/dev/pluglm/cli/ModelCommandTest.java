package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Models made smaller from the command line. */
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
