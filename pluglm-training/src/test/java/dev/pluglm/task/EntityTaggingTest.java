package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.problem.Problem;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.text.Tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Named entities: words and tokens, long sentences, scores. */
class EntityTaggingTest {

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void write() {
        TaskFixture.model(shared.resolve("model"), _ -> {});
    }

    private static Path sentences(Path file, int count, long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            for (String word : TaskFixture.text(random, random.nextBoolean()).split(" ")) {
                String tag = List.of("good", "great", "fine", "lovely").contains(word) ? "B-GOOD"
                        : List.of("bad", "awful", "poor", "ugly").contains(word) ? "B-BAD" : "O";
                lines.add(word + "\t" + tag);
            }
            lines.add("");
        }
        return TaskFixture.write(file, lines);
    }

    @Test
    void entitiesAreLearnedAndScored() {
        Path train = sentences(directory.resolve("train.txt"), 80, 1);
        Path test = sentences(directory.resolve("test.txt"), 30, 2);
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), train, directory.resolve("run"));
        config.devFile = Optional.of(test);
        config.numTrainEpochs = 10;
        Report report = TaskFixture.run(TaskKind.NER, config);
        assertTrue(report.dev().get("f1").mean() > 0.9, report.all()::toString);
        JsonNode first = TaskFixture.lines(directory.resolve("run/predictions.jsonl")).getFirst();
        assertEquals(first.path("tokens").size(), first.path("prediction").size());
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertEquals(report.dev().get("f1").mean(), model.evaluate(test, 3).first(), 1e-9);
        }
    }

    @Test
    void aSentenceOfAnyLengthIsSplitBetweenWordsAndLosesNone() {
        long seed = 7;
        Random random = new Random(seed);
        TaskSettings settings = new TaskSettings(TaskKind.NER, 12, false, "", List.of(), 0, 1, 1, 0, false,
                Optional.empty());
        try (Checkpoint model = Checkpoint.read(shared.resolve("model"));
                Tokenizer tokenizer = Tokenizer.of(model.vocabulary())) {
            EntityTagging task = new EntityTagging(tokenizer, settings, LabelSet.of(List.of("B-X", "O")));
            for (int trial = 0; trial < 50; trial++) {
                int words = 1 + random.nextInt(60);
                List<String> lines = new ArrayList<>();
                int marked = 0;
                for (int i = 0; i < words; i++) {
                    // Some words have one token, some so many that no part can hold them.
                    String word = "ab1z".repeat(1 + random.nextInt(random.nextInt(10) == 0 ? 9 : 1));
                    boolean in = random.nextBoolean();
                    marked += in ? 1 : 0;
                    lines.add((random.nextBoolean() ? "the" : word) + " " + (in ? "B-X" : "O"));
                }
                TaskData data = task.read(TaskFixture.write(directory.resolve("s" + trial), lines));
                int learned = 0;
                int learnedMarks = 0;
                for (Sample sample : data.samples()) {
                    assertTrue(sample.length() <= 12, "seed " + seed);
                    for (double target : sample.target()) {
                        learned += target == Sample.IGNORED ? 0 : 1;
                        learnedMarks += target == 0 ? 1 : 0;
                    }
                }
                assertEquals(words, learned, "seed " + seed);
                assertEquals(marked, learnedMarks, "seed " + seed);
                // A model that always says B-X marks every word.
                float[][] outputs = data.samples().stream().map(sample -> {
                    float[] output = new float[2 * sample.length()];
                    for (int i = 0; i < output.length; i += 2) {
                        output[i] = 1;
                    }
                    return output;
                }).toArray(float[][]::new);
                Object tags = data.results(outputs).rows().getFirst().get("prediction");
                assertEquals(java.util.Collections.nCopies(words, "B-X"), tags);
            }
        }
    }

    @Test
    void aTagThatTrainingDidNotKnowIsNamed() {
        Path train = sentences(directory.resolve("train.txt"), 10, 1);
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), train, directory.resolve("run"));
        config.devFile = Optional.of(TaskFixture.write(directory.resolve("dev.txt"), List.of("the B-NEW", "film O")));
        config.metrics = "accuracy";
        String own = assertThrows(Problem.class, () -> TaskFixture.run(TaskKind.NER, config)).getMessage();
        assertTrue(own.contains("ner has scores of its own"), own);
        config.metrics = "";
        String said = assertThrows(Problem.class, () -> TaskFixture.run(TaskKind.NER, config)).getMessage();
        assertTrue(said.contains("dev.txt, line 1") && said.contains("B-NEW"), said);
    }
}
