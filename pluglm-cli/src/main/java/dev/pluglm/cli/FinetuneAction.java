package dev.pluglm.cli;

import dev.pluglm.cli.Table.Column;
import dev.pluglm.task.Finetuning;
import dev.pluglm.task.FinetuningConfig;
import dev.pluglm.task.Report;
import dev.pluglm.task.TaskKind;
import dev.pluglm.training.Ensemble;

import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code pluglm finetune} for one kind of task. */
abstract class FinetuneAction extends Action {

    private static final ConfigOptions OPTIONS = ConfigOptions.of(FinetuningConfig.FILE);

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG",
            description = "A YAML file with the fields below; flags count more than it.")
    private Path file;

    @Option(names = "--resume", paramLabel = "WHEN", defaultValue = "never",
            description = "auto: go on with what was begun in the output directory, if anything was; never (default).")
    private Resume resume;

    @Mixin
    private ProcessOptions processes;

    @Spec
    private CommandSpec command;

    /** Adds the fields of the configuration. */
    static final class Fields implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec command) {
            return OPTIONS.addTo(command);
        }
    }

    abstract TaskKind kind();

    @Override
    int run(Console console) {
        FinetuningConfig config = FinetuningConfig.FILE.read(Optional.ofNullable(file), OPTIONS.given(command));
        processes.check();
        if (processes.areToBeStarted()) {
            config.check();
            processes.start(line(console));
            return Cli.OK;
        }
        Report report;
        boolean isFirst;
        try (Ensemble ensemble = processes.join(config.device);
                FinetuningProgress progress = new FinetuningProgress(console);
                Finetuning finetuning = Finetuning.prepare(kind(), config, resume == Resume.AUTO, ensemble,
                        ensemble.isFirst() ? progress : Finetuning.Listener.NONE)) {
            report = finetuning.run();
            isFirst = ensemble.isFirst();
        }
        if (!isFirst) {
            return Cli.OK;
        }
        if (console.isJson()) {
            console.json(report.all());
            return Cli.OK;
        }
        if (!report.grid().isEmpty()) {
            table(console, report.grid(), config.seeds);
        }
        print(console, "dev", report.dev(), config.seeds);
        print(console, "test", report.test(), config.seeds);
        console.line("the model is in %s, the report in %s".formatted(
                config.outputDir.resolve("model"), config.outputDir.resolve("report.html")));
        return Cli.OK;
    }

    /** This command line again, for each of several processes. */
    private List<String> line(Console console) {
        List<String> line = new ArrayList<>(List.of("finetune", kind().toString()));
        if (file != null) {
            line.add(file.toString());
        }
        line.addAll(OPTIONS.line(command));
        line.addAll(List.of("--resume", resume.name()));
        line.addAll(console.options());
        return line;
    }

    private static void table(Console console, List<Report.Combination> grid, int seeds) {
        List<Column> columns = new ArrayList<>();
        grid.getFirst().settings().keySet().forEach(name -> columns.add(Column.number(name)));
        grid.getFirst().dev().keySet().forEach(name -> columns.add(Column.number("dev " + name)));
        columns.add(Column.text(""));
        try (Table table = new Table(console, columns.toArray(Column[]::new))) {
            for (Report.Combination each : grid) {
                List<String> cells = new ArrayList<>(each.settings().values());
                each.dev().values().forEach(score -> cells.add(shown(score, seeds)));
                cells.add(each.best() ? "best" : "");
                table.row(cells.toArray(String[]::new));
            }
        }
    }

    private static String shown(Report.Summary score, int seeds) {
        return seeds == 1 ? String.format(Locale.ROOT, "%.4f", score.mean())
                : String.format(Locale.ROOT, "%.4f sd %.4f", score.mean(), score.deviation());
    }

    private static void print(Console console, String name, Map<String, Report.Summary> scores, int seeds) {
        scores.forEach((metric, score) -> console.line(String.format(Locale.ROOT, "%-4s  %-22s %8.4f%s", name, metric,
                score.mean(), seeds == 1 ? "" : String.format(Locale.ROOT, "  sd %.4f", score.deviation()))));
    }
}
