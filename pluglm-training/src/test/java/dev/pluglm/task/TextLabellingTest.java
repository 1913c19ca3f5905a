package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Any number of labels for a text. */
class TextLabellingTest {

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void write() {
        TaskFixture.model(shared.resolve("model"), _ -> {});
        TaskFixture.write(shared.resolve("train.jsonl"), lists(160, 1));
        TaskFixture.write(shared.resolve("dev.jsonl"), lists(40, 2));
        List<String> table = new ArrayList<>(List.of("text,labels"));
        Random random = new Random(3);
        for (int i = 0; i < 30; i++) {
            table.add(switch (i % 3) {
                case 0 -> TaskFixture.text(random, true) + ",praise";
                case 1 -> TaskFixture.text(random, true) + " " + TaskFixture.text(random, false) + ",praise; blame";
                default -> "the film,;";
            });
        }
        TaskFixture.write(shared.resolve("train.csv"), table);
    }

    /** Texts that praise, blame, do both or neither. */
    private static List<String> lists(int count, long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean praise = random.nextBoolean();
            boolean blame = random.nextBoolean();
            String text = (praise ? TaskFixture.text(random, true) : "we saw the film") + " and "
                    + (blame ? TaskFixture.text(random, false) : "it was the film");
            lines.add("{\"text\":\"%s\",\"labels\":[%s],\"n\":%d}".formatted(text,
                    String.join(",", praise ? blame ? List.of("\"praise\"", "\"blame\"") : List.of("\"praise\"")
                            : blame ? List.of("\"blame\"") : List.<String>of()), i));
        }
        return lines;
    }

    private FinetuningConfig config(String train) {
        FinetuningConfig config = TaskFixture.config(shared.resolve("model"), shared.resolve(train),
                directory.resolve("run"));
        config.multiLabel = true;
        return config;
    }

    @Test
    void aModelLearnsToGiveEachLabelForItself() {
        FinetuningConfig config = config("train.jsonl");
        config.devFile = Optional.of(shared.resolve("dev.jsonl"));
        config.numTrainEpochs = 12;
        Report report = TaskFixture.run(TaskKind.CLASSIFY, config);
        assertEquals(List.of("micro_f1", "macro_f1", "samples_f1", "accuracy"), List.copyOf(report.dev().keySet()));
        assertTrue(report.dev().get("micro_f1").mean() > 0.8, report.dev()::toString);
        JsonNode details = TaskFixture.json(directory.resolve("run/report.json")).at("/runs/0/labels");
        assertTrue(details.at("/blame/f1").asDouble() > 0.7, details::toString);
        for (JsonNode row : TaskFixture.lines(directory.resolve("run/predictions.jsonl"))) {
            assertEquals(2, row.path("probabilities").size());
            row.path("probabilities").properties().forEach(each -> assertEquals(each.getValue().asDouble() >= 0.5,
                    row.path("prediction").toString().contains(each.getKey()), row::toString));
        }
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertEquals(report.dev().get("micro_f1").mean(), model.evaluate(shared.resolve("dev.jsonl"), 5).first(),
                    1e-12);
            Map<String, Object> none = model.threshold(1).predict("good", Optional.empty(), TaskModel.Options.DEFAULT);
            Map<String, Object> all = model.threshold(0).predict("good", Optional.empty(), TaskModel.Options.DEFAULT);
            assertEquals(List.of(), none.get("prediction"));
            assertEquals(List.of("blame", "praise"), all.get("prediction"));
        }
    }

    @Test
    void labelsInAColumnAreTakenApart() {
        FinetuningConfig config = config("train.csv");
        config.labelSeparator = ";";
        config.numTrainEpochs = 1;
        config.inTaskMemory = true;
        TaskFixture.run(TaskKind.CLASSIFY, config);
        try (TaskModel model = TaskModel.load(directory.resolve("run/model"))) {
            assertEquals(List.of("blame", "praise"), model.labels());
            assertTrue(model.evaluate(shared.resolve("train.csv"), 8).first() >= 0);
        }
    }

    @Test
    void aMistakeGetsOneClearLine() {
        refused("dev.jsonl, line 2: the label 'joy' is none of the 2 that the model was trained with",
                dev("{\"text\":\"a\",\"labels\":[]}", "{\"text\":\"a\",\"labels\":[\"joy\"]}"));
        refused("dev.jsonl, line 1: no labels; expected a list of them, [] where none applies",
                dev("{\"text\":\"a\",\"labels\":null}"));
        FinetuningConfig single = config("train.jsonl");
        single.multiLabel = false;
        refused("expected one, or set multi_label", single);
        FinetuningConfig joined = config("train.csv");
        refused("train.csv: every example has exactly one label; leave out multi_label, or correct", with(joined, "|"));
        FinetuningConfig lists = config("train.jsonl");
        lists.trainFile = TaskFixture.texts(directory.resolve("single.jsonl"), 20, 4);
        refused("single.jsonl: every example has exactly one label; leave out multi_label", lists);
        FinetuningConfig metric = config("train.jsonl");
        metric.metrics = "matthews";
        refused("matthews is no score of several labels a text", metric);
        FinetuningConfig empty = config("train.jsonl");
        empty.trainFile = TaskFixture.write(directory.resolve("none.jsonl"), List.of("{\"text\":\"a\",\"labels\":[]}"));
        refused("none.jsonl: no example has a label", empty);
    }

    private FinetuningConfig dev(String... lines) {
        FinetuningConfig config = config("train.jsonl");
        config.devFile = Optional.of(TaskFixture.write(directory.resolve("dev.jsonl"), List.of(lines)));
        return config;
    }

    private static FinetuningConfig with(FinetuningConfig config, String separator) {
        config.labelSeparator = separator;
        return config;
    }

    private static void refused(String expected, FinetuningConfig config) {
        String said = assertThrows(Problem.class, () -> TaskFixture.run(TaskKind.CLASSIFY, config)).getMessage();
        assertTrue(said.contains(expected), said);
    }
}
