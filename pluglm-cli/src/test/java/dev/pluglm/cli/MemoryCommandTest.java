package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import dev.pluglm.checkpoint.Npy;
import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.memory.MemoryStore;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The memory commands, end to end on a tiny random model. */
class MemoryCommandTest {
    @TempDir
    static Path models;

    private static Path model;
    private static Path otherModel;

    @TempDir
    private Path folder;
    private Path memory;
    private Path file;

    @BeforeAll
    static void writeModels() {
        model = TinyModel.write(models.resolve("one"), 1);
        otherModel = TinyModel.write(models.resolve("two"), 2);
    }

    @BeforeEach
    void writeTexts() throws IOException {
        memory = folder.resolve("facts");
        file = Files.writeString(folder.resolve("facts.jsonl"), """
                {"id": "canberra", "text": "Canberra is the capital of Australia.", "source": "geo", "year": 1913}
                {"id": "paris", "title": "France", "text": "Paris is the capital of France.", "source": "geo"}
                {"id": "bell", "text": "A bell\\u0007 and\\nan escape\\u001b[31m."}
                """);
    }

    private String create() {
        return Run.ok("memory", "create", memory, "--model", model, "--from", file);
    }

    private List<String> ids() {
        return Run.json("memory", "list", memory).stream().map(it -> it.path("id").asText()).toList();
    }

    @Test
    void aMemoryIsMadeFromJsonLinesAndPlainTextAndListedInOrder() throws IOException {
        Path text = Files.writeString(folder.resolve("plain.txt"), "One paragraph.\n\nAnother one.\n");
        assertEquals("made the memory 'facts' in " + memory + " with 5 passages\n",
                Run.ok("memory", "create", memory, "--from", file, text, "--model", model));
        List<JsonNode> passages = Run.json("memory", "list", memory);
        assertEquals(List.of("canberra", "paris", "bell", "plain.txt-1", "plain.txt-2"), ids());
        assertEquals(1913, passages.getFirst().path("year").asInt());
        assertEquals("France", passages.get(1).path("title").asText());
        assertEquals("A bell\u0007 and\nan escape\u001b[31m.", passages.get(2).path("text").asText());
    }

    @Test
    void aTableIsAlignedAndHoldsNoControlCharacters() {
        create();
        String table = Run.ok("memory", "list", memory);
        assertEquals("""
                id        source  text
                canberra  geo     Canberra is the capital of Australia.
                paris     geo     France: Paris is the capital of France.
                bell      -       A bell? and an escape?[31m.
                """, table);
        assertEquals(2, Run.ok("memory", "list", memory, "paris").lines().count());
        assertEquals(1, Run.json("memory", "list", memory, "--source", "geo", "--limit", "1").size());
    }

    @Test
    void eachEditTellsWhatItDidAndHowManyPassagesThereAre() {
        create();
        assertEquals("added 1 passage (edit 3); the memory holds 4\n",
                Run.ok("memory", "add", memory, "--model", model, "--id", "moon", "--text", "The moon is far."));
        assertEquals("replaced 1 passage (edit 4); the memory holds 4\n",
                Run.ok("memory", "replace", memory, "--model", model, "--id", "moon", "--text", "The moon is near."));
        assertEquals("removed 2 passages (edit 5); the memory holds 2\n",
                Run.ok("memory", "remove", memory, "--source", "geo"));
        assertEquals("removed 1 passage (edit 6); the memory holds 1\n", Run.ok("memory", "remove", memory, "bell"));
        assertEquals("undid edit 6 (edit 7); the memory holds 2\n", Run.ok("memory", "undo", memory));
        assertEquals(List.of("bell", "moon"), ids());
        JsonNode undone = Run.json("memory", "undo", memory).getFirst();
        assertEquals(5, undone.path("undone").asInt());
        assertEquals(4, undone.path("passages").asInt());
        assertEquals(List.of("create", "add", "add", "replace", "remove", "remove", "undo", "undo"),
                Run.json("memory", "log", memory).stream().map(it -> it.path("operation").asText()).toList());
        assertTrue(Run.ok("memory", "log", memory).contains("undo of 5"));
    }

    @Test
    void whatWasPurgedIsNowhereInTheDirectory() throws IOException {
        create();
        Run.ok("memory", "remove", memory, "canberra");
        Run.ok("memory", "purge", memory);
        assertTrue(Run.failure(1, "memory", "undo", memory).contains("nothing to undo"));
        try (Stream<Path> files = Files.list(memory)) {
            for (Path each : files.toList()) {
                String bytes = Files.readString(each, java.nio.charset.StandardCharsets.ISO_8859_1);
                assertFalse(bytes.contains("Australia") || bytes.contains("canberra"), each::toString);
            }
        }
        assertEquals("all is well: 2 passages, every one of them read\n", Run.ok("memory", "verify", memory));
    }

    @Test
    void longTextsAreSplitIntoPassagesOfAtMostSoManyTokens() throws IOException {
        Path longText = Files.writeString(folder.resolve("long.txt"), "The capital of France is Paris. ".repeat(20));
        Run.ok("memory", "create", memory, "--model", model, "--from", longText, "--passage-tokens", 20);
        assertEquals("long.txt-1#1", ids().getFirst());
        assertEquals(10, ids().size());
    }

    @Test
    void aSearchByWordsNeedsNoModelAndOneByMeaningFindsTheTextItself() {
        create();
        List<JsonNode> words = Run.json("memory", "search", memory, "Australia", "--words");
        assertEquals(1, words.size());
        assertEquals("canberra", words.getFirst().path("id").asText());
        assertEquals("nothing found\n", Run.ok("memory", "search", memory, "xyzzy", "-w"));
        List<JsonNode> near = Run.json("memory", "search", memory, "Paris", "--model", model, "-k", "2");
        assertEquals(2, near.size());
        assertTrue(near.get(0).path("similarity").asDouble() >= near.get(1).path("similarity").asDouble());
    }

    @Test
    void anExportIsImportedWithoutAnythingLost() {
        create();
        Path exported = folder.resolve("exported");
        Path copy = folder.resolve("copy");
        Run.ok("memory", "export", memory, exported);
        try (Npy keys = Npy.open(exported.resolve("keys.npy")); Npy values = Npy.open(exported.resolve("values.npy"));
                Npy documents = Npy.open(exported.resolve("documents.npy"))) {
            assertEquals("F16 [3, 16]", keys.tensor().toString());
            assertEquals("F16 [3, 32]", values.tensor().toString());
            assertTrue(documents.tensor().toString().startsWith("I16 [3, "));
        }
        Run.ok("memory", "import", copy, exported, "--model", model);
        assertEquals(Run.ok("memory", "list", memory, "--json"), Run.ok("memory", "list", copy, "--json"));
        assertEquals(Run.json("memory", "stats", memory).getFirst().path("encoder"),
                Run.json("memory", "stats", copy).getFirst().path("encoder"));
        Run.ok("memory", "import", folder.resolve("third"), exported);
        assertEquals("added 1 passage (edit 3); the memory holds 4\n", Run.ok("memory", "add",
                folder.resolve("third"), "--model", model, "--id", "moon", "--text", "The moon."));
        String refused = Run.failure(1, "memory", "import", folder.resolve("no"), exported, "--model", otherModel);
        assertTrue(refused.contains("not made by this model's encoder"), refused);
        assertFalse(Files.exists(folder.resolve("no")));
    }

    @Test
    void anEmptyMemoryIsExportedAndImportedToo() {
        create();
        Run.ok("memory", "undo", memory);
        Path exported = folder.resolve("exported");
        Run.ok("memory", "export", memory, exported);
        Path copy = folder.resolve("copy");
        assertTrue(Run.ok("memory", "import", copy, exported, "--model", model).contains("with 0 passages"));
        assertEquals("added 1 passage (edit 2); the memory holds 1\n", Run.ok("memory", "add", copy, "--model", model,
                "--id", "moon", "--text", "The moon."));
    }

    @Test
    void whatSearchSaysOfAPassageIsNotCoveredByItsMetadata() throws IOException {
        Path own = Files.writeString(folder.resolve("own.jsonl"), "{\"id\":\"a\",\"text\":\"paris\",\"similarity\":\"high\"}\n");
        Run.ok("memory", "create", memory, "--model", model, "--from", own);
        assertTrue(Run.json("memory", "search", memory, "paris", "--words").getFirst().path("similarity").isNumber());
    }

    @Test
    void otherUsersMayReadAMemoryAsFarAsTheyMayReadWhatIsBesideIt() throws IOException {
        create();
        Path beside = Files.createDirectory(folder.resolve("beside"));
        assertEquals(Files.getPosixFilePermissions(beside), Files.getPosixFilePermissions(memory));
    }

    @Test
    void aModelWithoutMemoryLayersTakesNoMemory() {
        create();
        Path plain = TinyModel.write(folder.resolve("plain"), 3, c -> c.numMemoryLayers = 0);
        assertTrue(Run.failure(1, "fill", "--model", plain, "--memory", memory, "the [MASK]")
                .contains("has no memory layers"));
        assertTrue(Run.failure(1, "memory", "create", folder.resolve("none"), "--model", plain, "--from", file)
                .contains("has no memory layers"));
        assertFalse(Run.ok("model", "info", plain).contains("passages a query"));
    }

    @Test
    void tokenisedDocumentsBecomePassagesWithReadableTexts() {
        Path documents = folder.resolve("tokenized.npy");
        Npy.write(documents, StoredTensor.of(new short[] {2, 5, 6, 7, 9, 3, 0, 0, 2, 10, 3, 0, 0, 0, 0, 0}, 2, 8));
        Run.ok("memory", "create", memory, "--model", model, "--from", documents);
        List<JsonNode> passages = Run.json("memory", "list", memory);
        assertEquals(List.of("tokenized-0", "tokenized-1"), ids());
        assertEquals("the capital of france", passages.getFirst().path("text").asText());
        Npy.write(documents, StoredTensor.of(new short[] {2, 5, 3, 2, 31000, 3}, 2, 3));
        Path none = folder.resolve("none");
        String wrong = Run.failure(1, "memory", "create", none, "--model", model, "--from", documents);
        assertTrue(wrong.contains("row 1") && wrong.contains("31000"), wrong);
        Npy.write(documents, StoredTensor.of(new float[] {1, 2}, 1, 2));
        wrong = Run.failure(1, "memory", "create", none, "--model", model, "--from", documents);
        assertTrue(wrong.contains("expected token ids"), wrong);
    }

    @Test
    void aMemoryOfAnotherEncoderIsRefusedWithTheCommandThatMendsIt() {
        create();
        String line = Run.failure(1, "memory", "add", memory, "--model", otherModel, "--id", "x", "--text", "y");
        assertTrue(line.contains("pluglm memory reencode " + memory + " --model"), line);
        assertTrue(Run.failure(1, "memory", "search", memory, "x", "--model", otherModel).contains("reencode"));
        Run.ok("memory", "reencode", memory, "--model", otherModel);
        assertEquals(3, Run.json("memory", "search", memory, "x", "--model", otherModel).size());
    }

    @Test
    void aSecondWriterIsToldThatAnotherEditIsUnderWay() {
        create();
        try (MemoryStore _ = MemoryStore.openForWriting(memory)) {
            assertTrue(Run.failure(1, "memory", "remove", memory, "paris").contains("another edit is under way"));
            assertEquals(3, ids().size());
        }
        Run.ok("memory", "remove", memory, "paris");
    }

    @Test
    void eachMistakeIsOneLineAndChangesNothing() throws IOException {
        String missing = Run.failure(1, "memory", "create", memory, "--model", model, "--from", folder.resolve("no"));
        assertTrue(missing.endsWith("no: no such file"), missing);
        Path twice = Files.writeString(folder.resolve("twice.jsonl"), """
                {"id": "a", "text": "one"}
                {"id": "a", "text": "two"}
                """);
        String line = Run.failure(1, "memory", "create", memory, "--model", model, "--from", twice);
        assertTrue(line.contains("twice.jsonl, line 2: id 'a'"), line);
        assertFalse(Files.exists(memory), "a half-made memory");
        create();
        String before = Run.ok("memory", "log", memory, "--json");
        assertTrue(Run.failure(1, "memory", "create", memory, "--model", model, "--from", file).contains("not empty"));
        assertTrue(Run.failure(1, "memory", "add", memory, "--model", model, "--from", file).contains("'canberra'"));
        assertTrue(Run.failure(1, "memory", "remove", memory, "paris", "nobody").contains("'nobody'"));
        assertTrue(Run.failure(1, "memory", "list", memory, "nobody").contains("'nobody'"));
        assertTrue(Run.failure(1, "memory", "remove", memory, "--source", "nothing").contains("'nothing'"));
        assertTrue(Run.failure(1, "memory", "replace", memory, "--model", model, "--id", "new", "--text", "x")
                .contains("use add"));
        assertTrue(Run.failure(1, "memory", "add", memory, "--model", folder, "--from", file).contains("model import"));
        assertEquals(before, Run.ok("memory", "log", memory, "--json"));
    }

    @Test
    void optionsThatMakeNoSenseAreBadUsage() {
        create();
        Run.failure(2, "memory", "add", memory, "--model", model);
        Run.failure(2, "memory", "add", memory, "--model", model, "--from", file, "--text", "x", "--id", "x");
        Run.failure(2, "memory", "add", memory, "--model", model, "--text", "x");
        Run.failure(2, "memory", "remove", memory);
        Run.failure(2, "memory", "remove", memory, "paris", "--source", "geo");
        Run.failure(2, "memory", "search", memory, "x");
        Run.failure(2, "memory", "search", memory, "x", "--words", "-k", "0");
        Run.failure(2, "memory", "list", memory, "--limit", "-1");
        Run.failure(2, "memory", "create", folder.resolve("new"), "--model", model, "--from", file, "--threads", "0");
        assertTrue(Run.failure(2, "memory", "create", folder.resolve("new"), "--model", model, "--from", file, "--dtypo")
                .contains("Unknown option: '--dtypo'"));
        assertTrue(Run.failure(2, "memory", "create", folder.resolve("new"), "--from", "--model", model)
                .contains("'--from' (FILE)"));
    }
}
