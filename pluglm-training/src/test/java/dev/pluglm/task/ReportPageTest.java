package dev.pluglm.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

import javax.xml.parsers.DocumentBuilderFactory;

/** What a fine-tuning shows of itself: a page and a model card. */
class ReportPageTest {

    private static final String HOSTILE = "<script>alert('1')</script> | & [x](http://evil.example/) ` \\u0007";

    @TempDir
    Path directory;

    private Path hostileRun() {
        Random random = new Random(1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            boolean good = random.nextBoolean();
            lines.add("{\"text\":\"%s <img src=x onerror=alert(2)>\",\"label\":\"%s\"}".formatted(
                    TaskFixture.text(random, good), good ? HOSTILE : "plain"));
        }
        FinetuningConfig config = TaskFixture.config(TaskFixture.model(directory.resolve("model"), _ -> {}),
                TaskFixture.write(directory.resolve("<b>train|.jsonl"), lines), directory.resolve("<i>run"));
        config.devFile = Optional.of(config.trainFile);
        config.testFile = Optional.of(config.trainFile);
        config.inTaskMemory = true;
        config.numTrainEpochs = 2;
        config.seeds = 2;
        config.grid = Grid.of("learning_rate=1e-3,2e-3");
        TaskFixture.run(TaskKind.CLASSIFY, config);
        return config.outputDir;
    }

    private static Document parsed(Path page) throws Exception {
        String html = Files.readString(page).replaceFirst("<!doctype html>\n", "");
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void hostileTextIsShownAndNothingIsFetched() throws Exception {
        Path run = hostileRun();
        Document page = parsed(run.resolve("report.html"));
        TreeSet<String> tags = new TreeSet<>();
        TreeSet<String> attributes = new TreeSet<>();
        NodeList all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            tags.add(all.item(i).getNodeName());
            for (int k = 0; k < all.item(i).getAttributes().getLength(); k++) {
                attributes.add(all.item(i).getAttributes().item(k).getNodeName());
            }
        }
        assertEquals(List.of("body", "circle", "h1", "h2", "h3", "head", "html", "line", "meta", "p", "polyline",
                "style", "svg", "table", "td", "text", "th", "title", "tr"), List.copyOf(tags));
        assertFalse(attributes.stream().anyMatch(it -> it.startsWith("on") || it.equals("src") || it.equals("href")),
                attributes::toString);
        assertTrue(page.getDocumentElement().getTextContent().contains("<script>alert('1')</script> | &"));
        assertTrue(page.getDocumentElement().getTextContent().contains("<img src=x onerror=alert(2)>"));
    }

    @Test
    void thePageSaysEverythingThatTheReportDoes() throws Exception {
        Path run = hostileRun();
        String text = parsed(run.resolve("report.html")).getDocumentElement().getTextContent();
        for (String part : List.of("mean of 2 seeds", "Grid", "best", "Training with seed 42", "Training with seed 43",
                "dev accuracy", "loss", "Confusion (test file", "Scores of each label", "Use of memories", "in-task",
                "The passages that were used most", "per_device_train_batch_size", "<i>run: fine-tuning, classify")) {
            assertTrue(text.contains(part), part);
        }
        var report = TaskFixture.json(run.resolve("report.json"));
        assertTrue(text.contains(String.format(java.util.Locale.ROOT, "%.4f",
                report.at("/test/accuracy/mean").asDouble())));
    }

    @Test
    void theModelCardEscapesWhatItIsGivenAndTellsNoPlaces() throws Exception {
        Path run = hostileRun();
        String card = Files.readString(run.resolve("model/README.md"));
        for (String part : List.of("---\nlibrary_name: pluglm\n", "pipeline_tag: text-classification", "## Data",
                "| train | &lt;b&gt;train\\|.jsonl | 60 |", "## Scores", "| test | accuracy | 0.", "## Memories",
                "in-task-memory", "## Training", "learning\\_rate | 0.00", "## Limits", "more than 32 tokens")) {
            assertTrue(card.contains(part), () -> part + "\n" + card);
        }
        assertFalse(card.contains("<script") || card.contains("[x](") || card.contains(directory.toString()), card);
    }

    @Test
    void ofManyLabelsThePairsThatWereConfusedMostAreShown() throws Exception {
        Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();
        for (int i = 0; i < 300; i++) {
            counts.put("label" + i, Map.of("label" + i, 5, "label" + (i + 1), i));
        }
        Path file = directory.resolve("page.html");
        dev.pluglm.training.HtmlPage page = new dev.pluglm.training.HtmlPage("many");
        new ConfusionTable(counts).addTo(page);
        page.write(file);
        NodeList rows = parsed(file).getElementsByTagName("tr");
        assertEquals(26, rows.getLength());
        assertEquals("label299label300299", rows.item(1).getTextContent());
    }

    @Test
    void aRunWithoutScoresHasAPageToo() throws Exception {
        FinetuningConfig config = TaskFixture.config(TaskFixture.model(directory.resolve("model"), _ -> {}),
                TaskFixture.texts(directory.resolve("train.jsonl"), 12, 1), directory.resolve("run"));
        config.numTrainEpochs = 1;
        TaskFixture.run(TaskKind.CLASSIFY, config);
        assertTrue(parsed(directory.resolve("run/report.html")).getDocumentElement().getTextContent()
                .contains("neither a dev file nor a test file"));
        assertTrue(Files.readString(directory.resolve("run/model/README.md")).contains("was not scored"));
    }
}
