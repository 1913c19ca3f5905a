package dev.pluglm.task;

import dev.pluglm.training.CurvesPage;
import dev.pluglm.training.HtmlPage;
import dev.pluglm.training.LineChart;
import dev.pluglm.training.MetricsLog;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What came of a fine-tuning, as a page to look at. */
final class ReportPage {

    private final FinetuningConfig config;
    private final Report report;
    private final Trial best;
    private final HtmlPage page;

    private ReportPage(FinetuningConfig config, Report report, Trial best) {
        this.config = config;
        this.report = report;
        this.best = best;
        page = new HtmlPage("%s: fine-tuning, %s".formatted(config.outputDir.toAbsolutePath().normalize()
                .getFileName(), report.all().get("task")));
    }

    static void write(Path file, FinetuningConfig config, Report report, Trial best) {
        ReportPage page = new ReportPage(config, report, best);
        page.summary();
        page.grid();
        for (int i = 0; i < best.results().size(); i++) {
            page.curves(best.results().get(i), best.directories().get(i));
        }
        RunResult shown = best.bestResult();
        page.details(shown);
        if (!shown.memoryUse().isEmpty()) {
            page.memoryUse(shown.memoryUse());
        }
        page.configuration();
        page.page.write(file);
    }

    private void summary() {
        page.text("From the model %s, with %s.".formatted(config.model, config.memory.isEmpty() && !config.inTaskMemory
                ? "no memory" : "the memories " + String.join(", ", memories())));
        List<List<?>> rows = new ArrayList<>();
        report.dev().keySet().forEach(name -> rows.add(score("dev", name, report.dev().get(name))));
        report.test().keySet().forEach(name -> rows.add(score("test", name, report.test().get(name))));
        page.heading("Scores");
        if (rows.isEmpty()) {
            page.text("There was neither a dev file nor a test file.");
            return;
        }
        boolean several = best.results().size() > 1;
        page.table(several ? List.of("file", "score", "mean of %d seeds".formatted(best.results().size()),
                "standard deviation") : List.of("file", "score", "value"), rows);
        Map<?, ?> examples = (Map<?, ?>) report.all().get("examples");
        page.table(List.of("file", "examples"), examples.entrySet().stream()
                .map(it -> List.of(it.getKey(), it.getValue())).toList());
    }

    private List<String> memories() {
        return ((List<?>) report.all().get("memories")).stream().map(Object::toString).toList();
    }

    private List<?> score(String file, String name, Report.Summary score) {
        return best.results().size() > 1 ? List.of(file, name, score.mean(), score.deviation())
                : List.of(file, name, score.mean());
    }

    private void grid() {
        if (report.grid().isEmpty()) {
            return;
        }
        List<String> header = new ArrayList<>(report.grid().getFirst().settings().keySet());
        boolean several = best.results().size() > 1;
        report.grid().getFirst().dev().keySet().forEach(name -> header.addAll(several
                ? List.of("dev " + name, "sd") : List.of("dev " + name)));
        header.add("");
        page.heading("Grid").table(header, report.grid().stream().map(combination -> {
            List<Object> row = new ArrayList<>(combination.settings().values());
            combination.dev().values().forEach(score -> row.addAll(several
                    ? List.of(score.mean(), score.deviation()) : List.of(score.mean())));
            row.add(combination.best() ? "best" : "");
            return row;
        }).toList());
    }

    private void curves(RunResult run, RunDirectory directory) {
        page.heading("Training with seed %d".formatted(run.seed()));
        page.text("%d steps in %d epochs, %.0f s; the best epoch is %d.".formatted(run.steps(), run.epochs().size(),
                run.seconds(), run.bestEpoch()));
        if (Files.exists(directory.log())) {
            page.curve(CurvesPage.curve("loss", MetricsLog.read(directory.log()), MetricsLog.Line::loss));
        }
        run.dev().keySet().forEach(name -> page.curve(new LineChart("dev " + name, "epoch", run.epochs().stream()
                .map(epoch -> new LineChart.Point(epoch.number(), epoch.dev().getOrDefault(name, Double.NaN)))
                .toList())));
    }

    private void details(RunResult run) {
        String of = "%s file, seed %d".formatted(run.test().isEmpty() ? "dev" : "test", run.seed());
        if (run.details().get("confusion") instanceof Map<?, ?> matrix) {
            new ConfusionTable(matrix).addTo(page.heading("Confusion (%s)".formatted(of)));
        }
        for (String name : List.of("labels", "types")) {
            if (run.details().get(name) instanceof Map<?, ?> types) {
                page.heading("Scores of each %s (%s)".formatted(name.equals("labels") ? "label" : "type", of));
                page.table(List.of("", "F1", "precision", "recall", "examples"), types.entrySet().stream()
                        .map(it -> cells(it.getKey(), (Map<?, ?>) it.getValue(), "f1", "precision", "recall",
                                "marked")).toList());
            }
        }
    }

    private void memoryUse(Map<String, Object> use) {
        page.heading("Use of memories");
        page.text("%s samples found %s different passages.".formatted(use.get("samples"),
                use.get("different_passages")));
        page.table(List.of("layer", "memory", "hits", "share of hits", "samples touched", "mean weight"),
                rows(use.get("layers"), "layer", "memory", "hits", "share_of_hits", "samples_touched", "mean_weight"));
        page.smallHeading("The passages that were used most");
        page.table(List.of("memory", "passage", "hits", "weight", "text"),
                rows(use.get("most_used"), "memory", "id", "hits", "weight", "text"));
    }

    private static List<List<?>> rows(Object lines, String... names) {
        List<List<?>> rows = new ArrayList<>();
        for (Object line : (List<?>) lines) {
            Map<?, ?> map = (Map<?, ?>) line;
            rows.add(cells(map.get(names[0]), map, List.of(names).subList(1, names.length).toArray(String[]::new)));
        }
        return rows;
    }

    private static List<?> cells(Object first, Map<?, ?> map, String... names) {
        List<Object> cells = new ArrayList<>();
        cells.add(first);
        List.of(names).forEach(name -> cells.add(String.valueOf(map.get(name)).isEmpty() ? "" : map.get(name)));
        return cells;
    }

    private void configuration() {
        page.heading("Configuration").table(List.of("field", "value"), FinetuningConfig.FILE.values(config).entrySet()
                .stream().map(it -> List.of(it.getKey(), it.getValue() == null ? "" : it.getValue().toString()))
                .toList());
    }
}
