package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code pluglm finetune} and {@code pluglm predict}, as a user types them. */
class FinetuneCommandTest {

    @TempDir
    Path directory;

    @BeforeEach
    void write() throws IOException {
        TinyModel.write(directory.resolve("model"), 3, c -> c.initializerRange = 0.1);
        List<String> lines = new ArrayList<>(List.of("text,label,note"));
        for (int i = 0; i < 24; i++) {
            lines.add((i % 2 == 0 ? "the capital is paris,city,n%d" : "france of the,country,n%d").formatted(i));
        }
        Files.write(directory.resolve("data.csv"), lines);
        Files.writeString(directory.resolve("facts.jsonl"), """
                {"id":"f1","text":"the capital of france is paris"}
                {"id":"f2","text":"france is the capital"}
                {"id":"f3","text":"paris of france"}
                """);
        Run.of("memory", "create", directory.resolve("facts"), "--model", directory.resolve("model"), "--from",
                directory.resolve("facts.jsonl"));
        Run.of("memory", "create", directory.resolve("more"), "--model", directory.resolve("model"), "--from",
                directory.resolve("facts.jsonl"));
    }

    private Object[] finetune(Object... more) {
        List<Object> line = new ArrayList<>(List.of("finetune", "classify", "--model", directory.resolve("model"),
                "--train-file", directory.resolve("data.csv"), "--dev_file", directory.resolve("data.csv"),
                "--learning-rate", "1e-3", "--threads", "1", "--dtype", "fp32", "--quiet"));
        line.addAll(List.of(more));
        return line.toArray();
    }

    @Test
    void twoCommandsTrainAModelAndPredictWithItsEvidence() throws IOException {
        Path run = directory.resolve("run");
        String said = Run.ok(finetune("--output-dir", run, "--memory", directory.resolve("facts"), "--memory",
                directory.resolve("more"), "--num-train-epochs", "2"));
        assertTrue(said.contains("dev   accuracy"), said);
        assertTrue(said.contains(run.resolve("model").toString()), said);
        Files.writeString(directory.resolve("texts.jsonl"), """
                {"text":"the capital is paris","seen":1}
                {"text":"france","seen":2}
                """);
        String printed = Run.ok("predict", "--model", run.resolve("model"), "--memory", directory.resolve("facts"),
                "--evidence", "2", directory.resolve("texts.jsonl"));
        List<JsonNode> rows = printed.lines().map(Run::parse).toList();
        assertEquals(2, rows.size());
        assertEquals(2, rows.get(1).path("seen").asInt());
        assertTrue(List.of("city", "country").contains(rows.get(0).path("prediction").asText()), printed);
        assertEquals("facts", rows.get(0).at("/evidence/0/memory").asText());
        InputStream terminal = System.in;
        System.setIn(Files.newInputStream(directory.resolve("texts.jsonl")));
        try {
            assertEquals(printed, Run.ok("predict", "--model", run.resolve("model"), "--memory",
                    directory.resolve("facts"), "--evidence", "2", "-"));
        } finally {
            System.setIn(terminal);
        }
        String scores = Run.ok("predict", "--model", run.resolve("model"), "--scores", directory.resolve("data.csv"));
        assertTrue(scores.startsWith("accuracy "), scores);
    }

    @Test
    void severalSeedsPrintMeanAndDeviation() {
        String said = Run.ok(finetune("--output-dir", directory.resolve("run"), "--seeds", "2",
                "--num-train-epochs", "1"));
        assertTrue(said.contains("sd 0."), said);
        // The configuration that a run leaves repeats it.
        assertEquals(said.lines().findFirst(), Run.ok("finetune", "classify", directory.resolve("run/finetune.yaml"),
                "--output-dir", directory.resolve("repeated"), "--quiet").lines().findFirst());
        JsonNode report = Run.json(finetune("--output-dir", directory.resolve("again"), "--seeds", "2",
                "--num-train-epochs", "1")).getFirst();
        assertEquals(2, report.path("runs").size());
    }

    @Test
    void textsMayHaveAnyNumberOfLabels() throws IOException {
        List<String> lines = new ArrayList<>(List.of("text,labels"));
        for (int i = 0; i < 24; i++) {
            lines.add(i % 2 == 0 ? "the capital is paris,city|capital" : "france of the,country");
        }
        Path data = Files.write(directory.resolve("several.csv"), lines);
        Path run = directory.resolve("run");
        // A separator that YAML would take for something else; a switch without a value.
        String said = Run.ok("finetune", "classify", "--multi-label", "--label-separator", "|", "--model",
                directory.resolve("model"), "--train-file", data, "--dev-file", data, "--output-dir", run,
                "--threads", "1", "--num-train-epochs", "1", "--quiet");
        assertTrue(said.startsWith("dev   micro_f1"), said);
        JsonNode row = Run.parse(Run.ok("predict", "--model", run.resolve("model"), "--threshold", "0", data)
                .lines().findFirst().orElseThrow());
        assertEquals("[\"capital\",\"city\",\"country\"]", row.path("prediction").toString());
        assertTrue(Run.failure(1, "predict", "--model", run.resolve("model"), "--threshold", "2", data)
                .contains("the threshold is 2.0; expected 0 to 1"));
    }

    @Test
    void twoProcessesShareARunAndSpeakWithOneVoice() throws Exception {
        Path out = directory.resolve("out.txt");
        Process run = Run.start(out, finetune("--output-dir", directory.resolve("run"), "--processes", "2",
                "--in-task-memory", "--num-train-epochs", "1"));
        assertTrue(run.waitFor(120, java.util.concurrent.TimeUnit.SECONDS), "does not end");
        String said = Files.readString(out);
        assertEquals(0, run.exitValue(), said);
        assertEquals(1, said.lines().filter(it -> it.startsWith("the model is in ")).count(), said);
        assertEquals(1, said.lines().filter(it -> it.startsWith("dev   accuracy")).count(), said);
        assertTrue(Run.failure(2, finetune("--output-dir", directory.resolve("x"), "--rank", "0"))
                .contains("--world-size"));
    }

    @Test
    void bioAsqFilesAreLearnedFromAndAnsweredAsTheyAreHandedOut() throws IOException {
        String questions = """
                {"questions": [
                 {"id": "5118dd1305c10fae75000001", "type": "factoid", "body": "the capital of france?", \
                  "exact_answer": [["Paris"]], "snippets": [{"text": "the capital is paris"}, {"text": "paris"}]},
                 {"id": "5118dd1305c10fae75000002", "type": "yesno", "body": "is paris the capital?", \
                  "exact_answer": "yes", "snippets": [{"text": "the capital is paris"}]},
                 {"id": "5118dd1305c10fae75000003", "type": "yesno", "body": "is france the capital?", \
                  "exact_answer": "no", "snippets": [{"text": "the capital is paris"}, {"text": "paris of france"}]}
                ]}
                """;
        Path train = Files.writeString(directory.resolve("train.json"), questions);
        Path test = Files.writeString(directory.resolve("test.json"),
                questions.replaceAll("\"exact_answer\": [^:]*, \"snippets\"", "\"snippets\""));
        for (String task : List.of("qa", "yesno")) {
            Path run = directory.resolve("run-" + task);
            String said = Run.ok("finetune", task, "--model", directory.resolve("model"), "--train-file", train,
                    "--dev-file", train, "--output-dir", run, "--threads", 1, "--num-train-epochs", 1, "--quiet");
            assertTrue(said.contains(task.equals("qa") ? "dev   lenient_accuracy" : "dev   accuracy"), said);
            List<JsonNode> rows = Run.ok("predict", "--model", run.resolve("model"), test).lines().map(Run::parse)
                    .toList();
            assertEquals(task.equals("qa") ? 1 : 2, rows.size());
            assertEquals(task.equals("qa") ? "5118dd1305c10fae75000001" : "5118dd1305c10fae75000002",
                    rows.getFirst().path("id").asText());
            assertEquals(2, rows.getLast().path("snippets").asInt());
            assertTrue(Run.failure(1, "predict", "--model", run.resolve("model"), "--scores", test)
                    .contains(task.equals("qa") ? "has no \"answers\" or \"exact_answer\"" : "no label"));
        }
    }

    @Test
    void aMistakeGetsOneLine() {
        assertTrue(Run.failure(1, finetune()).contains("output_dir is missing"));
        assertTrue(Run.failure(1, finetune("--output-dir", directory.resolve("run"), "--learning-rate", "fast"))
                .contains("learning_rate"));
        assertTrue(Run.failure(1, "predict", "--model", directory.resolve("model"), directory.resolve("data.csv"))
                .contains("task.json"));
        assertTrue(Run.failure(2, "predict", "--model", directory.resolve("model"), "--batch-size", "0",
                directory.resolve("data.csv")).contains("--batch-size"));
    }
}
