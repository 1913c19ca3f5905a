package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.task.data.Answer;
import dev.pluglm.task.data.QuestionExample;
import dev.pluglm.task.data.QuestionExamples;
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

/** Answers in texts, and answers of yes and no. */
class AnswerExtractionTest {

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void write() {
        TaskFixture.model(shared.resolve("model"), _ -> {});
    }

    /** Questions for the word that tells; those without one have no answer. */
    private static Path questions(Path file, int count, long seed, boolean someWithout) {
        Random random = new Random(seed);
        List<String> paragraphs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = TaskFixture.text(random, true) + " " + "the film ".repeat(random.nextInt(20)).strip();
            String answer = List.of("good", "great", "fine", "lovely").stream().filter(text::contains).findFirst()
                    .orElseThrow();
            boolean none = someWithout && i % 3 == 0;
            String context = none ? text.replace(answer, "very") : text;
            String answers = none ? ""
                    : "{\"text\":\"%s\",\"answer_start\":%d}".formatted(answer, text.indexOf(answer));
            paragraphs.add(("{\"context\":\"%s\",\"qas\":[{\"id\":\"q%d\",\"question\":\"the film was?\","
                    + "\"is_impossible\":%s,\"answers\":[%s]}]}").formatted(context, i, none, answers));
        }
        return TaskFixture.write(file, List.of("{\"version\":\"2.0\",\"data\":[{\"title\":\"t\",\"paragraphs\":["
                + String.join(",", paragraphs) + "]}]}"));
    }

    private FinetuningConfig config(Path train, Path test) {
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), train, directory.resolve("run"));
        config.devFile = Optional.of(test);
        config.numTrainEpochs = 12;
        config.docStride = 8;
        config.maxAnswerLength = 5;
        return config;
    }

    @Test
    void answersAreLearnedAndScored() {
        Path train = questions(directory.resolve("train.json"), 80, 1, false);
        Report report = TaskFixture.run(TaskKind.QA, config(train, train));
        assertTrue(report.dev().get("f1").mean() > 80, report.all()::toString);
        assertEquals(List.of("f1", "exact_match"), List.copyOf(report.dev().keySet()));
        JsonNode row = TaskFixture.lines(directory.resolve("run/predictions.jsonl")).getFirst();
        assertEquals("q0", row.path("id").asText());
        double sum = 0;
        for (JsonNode best : row.path("best")) {
            sum += best.path("probability").asDouble();
        }
        assertEquals(1, sum, 1e-6);
    }

    @Test
    void questionsWithoutAnAnswerAreScoredAsSquad2() {
        Path train = questions(directory.resolve("train.json"), 60, 1, true);
        FinetuningConfig config = config(train, train);
        config.numTrainEpochs = 2;
        Report report = TaskFixture.run(TaskKind.QA, config);
        assertTrue(report.dev().keySet().containsAll(List.of("f1", "has_answer_f1", "no_answer_f1", "best_f1")));
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertEquals(report.dev().get("f1").mean(), model.evaluate(train, 3).first(), 1e-9);
        }
    }

    @Test
    void windowsCoverTheWholeTextAndEachAnswerIsWhereItsCharsAre() {
        long seed = 11;
        Random random = new Random(seed);
        TaskSettings settings = new TaskSettings(TaskKind.QA, 24, false, "", List.of(), 6, 5, 20, 0, false,
                Optional.empty());
        try (Checkpoint model = Checkpoint.read(shared.resolve("model"));
                Tokenizer tokenizer = Tokenizer.of(model.vocabulary())) {
            TextWindows windows = new TextWindows(tokenizer, settings);
            QuestionExample any = QuestionExamples.open(questions(directory.resolve("q.json"), 1, 1, false)).readAll()
                    .getFirst();
            for (int trial = 0; trial < 100; trial++) {
                List<String> words = new ArrayList<>();
                for (int i = 0; i < random.nextInt(60); i++) {
                    words.add(TaskFixture.text(random, true).split(" ")[0]);
                }
                String text = String.join(" ", words);
                QuestionExample example = new QuestionExample("q", "the film?", text, Optional.empty(),
                        Optional.of(List.of()), any.row(), any.place());
                List<TextWindows.Window> cut = windows.of(0, example);
                int reached = 0;
                for (TextWindows.Window window : cut) {
                    assertTrue(window.sample().length() <= 24, "seed " + seed);
                    assertTrue(window.tokens() == 0 || window.charStart()[0] <= reached + 1, "a gap; seed " + seed);
                    reached = window.tokens() == 0 ? 0 : window.charEnd()[window.tokens() - 1];
                }
                assertEquals(text.length(), reached, "seed " + seed);
                if (!words.isEmpty()) {
                    int word = random.nextInt(words.size());
                    int start = String.join(" ", words.subList(0, word)).length() + (word > 0 ? 1 : 0);
                    Answer answer = new Answer(words.get(word), start, start + words.get(word).length());
                    assertTrue(cut.stream().anyMatch(it -> found(it, answer, text)), "seed " + seed);
                }
            }
        }
    }

    /** Whether the window has the answer; if its target says so it must be the right chars. */
    private static boolean found(TextWindows.Window window, Answer answer, String text) {
        double[] target = window.labelled(Optional.of(answer)).target();
        if (target[0] == 0) {
            return false;
        }
        int first = (int) target[0] - window.offset();
        int last = (int) target[1] - window.offset();
        assertEquals(answer.text(), text.substring(window.charStart()[first], window.charEnd()[last]));
        return true;
    }

    @Test
    void nothingIsAnsweredWhereThatIsBetterByMoreThanTheThreshold() {
        int[] chars = {0, 5};
        TextWindows.Window window = new TextWindows.Window(new Sample(0, new int[5], new int[5]), 2, chars,
                new int[] {4, 9});
        float[] outputs = {3, 3, 0, 0, 2, 1, 1, 2, 0, 0}; // "no answer" 6; best answer: first to second token, 4
        assertEquals("", chosen(window, outputs, 1.5));
        assertEquals("word next", chosen(window, outputs, 2.5));
    }

    private static String chosen(TextWindows.Window window, float[] outputs, double threshold) {
        BestAnswers best = new BestAnswers(new TaskSettings(TaskKind.QA, 24, false, "", List.of(), 6, 5, 20, threshold,
                true, Optional.empty()));
        best.add(window, outputs, "word next");
        BestAnswers.Chosen chosen = best.choose();
        assertEquals(2, chosen.noAnswerScore(), 1e-9);
        return chosen.text();
    }

    @Test
    void yesAndNoAreLearnedAndMaybeMakesThreeClasses() {
        Random random = new Random(3);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            boolean good = random.nextBoolean();
            lines.add("{\"question\":\"was it?\",\"passage\":\"%s\",\"answer\":%s}"
                    .formatted(TaskFixture.text(random, good), good));
        }
        Path file = TaskFixture.write(directory.resolve("boolq.jsonl"), lines);
        Report report = TaskFixture.run(TaskKind.YESNO, config(file, file));
        assertTrue(report.dev().get("accuracy").mean() > 0.8, report.all()::toString);
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertEquals(report.dev().get("accuracy").mean(), model.evaluate(file, 7).first(), 1e-9);
        }
        lines.set(0, "{\"question\":\"was it?\",\"passage\":\"who knows\",\"answer\":\"maybe\"}");
        FinetuningConfig config = config(TaskFixture.write(directory.resolve("maybe.jsonl"), lines), file);
        config.outputDir = directory.resolve("maybe");
        config.numTrainEpochs = 1;
        TaskFixture.run(TaskKind.YESNO, config);
        try (TaskModel model = TaskModel.load(directory.resolve("maybe/model"))) {
            assertEquals(List.of("maybe", "no", "yes"), model.labels());
        }
    }
}
