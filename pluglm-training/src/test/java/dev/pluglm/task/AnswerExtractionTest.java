package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.problem.Problem;
import dev.pluglm.task.data.Answer;
import dev.pluglm.task.data.QuestionExample;
import dev.pluglm.task.data.QuestionExamples;
import dev.pluglm.text.Tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    /**
     * Questions of BioASQ with two or three snippets, of which the first has nothing to say, and for yes/no questions
     * with as many.
     */
    private static Path bioAsq(Path file, int count, long seed, String type) {
        Random random = new Random(seed);
        List<String> questions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean good = type.equals("factoid") || random.nextBoolean();
            List<String> snippets = new ArrayList<>();
            String answer = good ? "yes" : "no";
            if (type.equals("factoid")) {
                String text = TaskFixture.text(random, true);
                answer = List.of("good", "great", "fine", "lovely").stream().filter(text::contains).findFirst()
                        .orElseThrow();
                snippets.addAll(List.of("we saw the film", text, answer + " film"));
            } else {
                snippets.addAll(List.of(TaskFixture.text(random, good), TaskFixture.text(random, good)));
            }
            questions.add("{\"id\":\"%024d\",\"type\":\"%s\",\"body\":\"the film was?\",\"exact_answer\":\"%s\","
                    .formatted(i, type, answer.toUpperCase(Locale.ROOT)) + "\"snippets\":["
                    + String.join(",", snippets.stream().map("{\"text\":\"%s\"}"::formatted).toList()) + "]}");
        }
        return TaskFixture.write(file, List.of("{\"questions\":[" + String.join(",\n", questions) + "]}"));
    }

    @Test
    void factoidQuestionsOfBioAsqArePooledOverTheirSnippets() {
        Path train = bioAsq(directory.resolve("train.json"), 60, 1, "factoid");
        Report report = TaskFixture.run(TaskKind.QA, config(train, bioAsq(directory.resolve("dev.json"), 20, 2,
                "factoid")));
        assertEquals(List.of("mrr", "strict_accuracy", "lenient_accuracy"), List.copyOf(report.dev().keySet()));
        assertTrue(report.dev().get("mrr").mean() > 0.8, report.all()::toString);
        assertTrue(report.dev().get("lenient_accuracy").mean() >= report.dev().get("strict_accuracy").mean());
        List<JsonNode> rows = TaskFixture.lines(directory.resolve("run/predictions.jsonl"));
        assertEquals(20, rows.size(), "one a question, not one a snippet");
        JsonNode row = rows.getFirst();
        assertEquals("0".repeat(24), row.path("id").asText());
        assertEquals(3, row.path("snippets").asInt());
        assertEquals(row.path("prediction").asText(), row.path("exact_answer").path(0).path(0).asText());
        assertTrue(row.path("exact_answer").size() <= 5);
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            List<Map<String, Object>> predicted = new ArrayList<>();
            assertEquals(20, model.predict(directory.resolve("dev.json"), TaskModel.Options.DEFAULT, predicted::add));
            assertEquals(row.path("prediction").asText(), predicted.getFirst().get("prediction"));
            assertEquals(report.dev().get("mrr").mean(),
                    model.evaluate(directory.resolve("dev.json"), 3).byName().get("mrr"), 1e-12);
        }
    }

    @Test
    void yesNoQuestionsOfBioAsqArePooledOverTheirSnippets() {
        Path train = bioAsq(directory.resolve("train.json"), 60, 1, "yesno");
        FinetuningConfig config = config(train, bioAsq(directory.resolve("dev.json"), 20, 2, "yesno"));
        Report report = TaskFixture.run(TaskKind.YESNO, config);
        assertTrue(report.dev().get("accuracy").mean() > 0.8, report.all()::toString);
        List<JsonNode> rows = TaskFixture.lines(directory.resolve("run/predictions.jsonl"));
        assertEquals(20, rows.size(), "one a question, not one a snippet");
        assertEquals("0".repeat(24), rows.getFirst().path("id").asText());
        assertEquals(2, rows.getFirst().path("snippets").asInt());
    }

    @Test
    void whatIsNoQuestionOfTheKindIsLeftOutAndSaid() throws IOException {
        String questions = Files.readString(bioAsq(directory.resolve("yesno.json"), 9, 1, "yesno"));
        Path mixed = TaskFixture.write(directory.resolve("mixed.json"), List.of(questions.replaceFirst("yesno", "list")));
        List<String> notes = new ArrayList<>();
        Finetuning.prepare(TaskKind.YESNO, config(mixed, directory.resolve("yesno.json")), false,
                new Finetuning.Listener() {
                    @Override
                    public void note(String text) {
                        notes.add(text);
                    }
                }).close();
        assertEquals(List.of(mixed + ": 8 examples; left out: a list question (1)"), notes);
    }

    @Test
    void theMeanOfTheSnippetsLogitsDecides() {
        try (Checkpoint base = Checkpoint.read(shared.resolve("model"))) {
            TaskSettings settings = TaskSettings.of(TaskKind.YESNO, config(directory, directory));
            YesNoQuestions task = new YesNoQuestions(new TextInputs(Tokenizer.of(base.vocabulary()), settings),
                    settings.scores());
            TaskData data = task.read(bioAsq(directory.resolve("q.json"), 2, 1, "yesno"));
            assertEquals(4, data.samples().size());
            List<Map<String, Object>> rows = data.results(new float[][] {{3}, {-2}, {-3}, {2}}).rows();
            assertEquals(List.of("yes", "no"), rows.stream().map(it -> it.get("prediction")).toList());
            assertEquals(1 / (1 + Math.exp(-0.5)), (double) rows.getFirst().get("probability"), 1e-9);
        }
    }

    @Test
    void snippetsWithoutTheAnswerTeachNothing() {
        try (Checkpoint base = Checkpoint.read(shared.resolve("model"))) {
            TaskSettings settings = TaskSettings.of(TaskKind.QA, config(directory, directory));
            AnswerExtraction task = new AnswerExtraction(Tokenizer.of(base.vocabulary()), settings);
            TaskData data = task.read(bioAsq(directory.resolve("q.json"), 4, 1, "factoid"));
            assertEquals(4, data.size());
            assertEquals(12, data.samples().size());
            assertEquals(8, data.trainingSamples().size());
            Path never = TaskFixture.write(directory.resolve("never.json"), List.of("{\"questions\":[{\"id\":\""
                    + "a".repeat(24) + "\",\"type\":\"factoid\",\"body\":\"q\",\"exact_answer\":\"x\",\"snippets\":["
                    + "{\"text\":\"y\"}]}]}"));
            assertTrue(assertThrows(Problem.class, () -> task.read(never).trainingSamples()).getMessage()
                    .contains("so there is nothing to learn"));
        }
    }
}
