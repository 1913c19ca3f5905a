package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.cli.Table.Column;
import dev.pluglm.evaluation.ClozeEvaluation;
import dev.pluglm.evaluation.ClozeScores;
import dev.pluglm.evaluation.Facts;
import dev.pluglm.evaluation.LayerRetrieval;
import dev.pluglm.evaluation.Questions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;

@Command(name = "cloze",
        header = "Ask for facts, and see which passages are found for them.",
        customSynopsis = "pluglm evaluate cloze MODEL --facts FILE... [--memory DIR]... [OPTIONS]",
        description = {"", FactOptions.FORMATS, "", "P@1 and P@10: percent of the questions whose right answer is the"
                + " first, or among the first ten, of all tokens; MRR: mean of 1 / its rank. Answers of several"
                + " WordPieces are left out. For each memory layer: how often the fact's own evidence is among the"
                + " passages found, or any passage that says subject and answer, and its share of the attention."},
        footer = {"", "Example:", "  pluglm evaluate cloze bert --facts facts.jsonl --memory facts"})
final class EvaluateCloze extends Action {
    @Mixin
    private EvaluationOptions options;

    @Mixin
    private FactOptions factOptions;

    @Mixin
    private Conditions conditions;

    @Override
    int run(Console console) {
        Report report = new Report("cloze", options);
        Facts facts = factOptions.read(options.seed);
        try (PlugLM model = options.open()) {
            Questions questions = factOptions.questions(model, facts, console);
            Map<String, ClozeEvaluation> measured = conditions.measure(model, (condition, plugged) -> {
                int count = questions.questions().size();
                try (Progress progress =
                        console.progress(Conditions.spoken(condition), "questions", OptionalLong.of(count))) {
                    return ClozeEvaluation.measure(plugged, questions.questions(), options.batchSize, progress::to);
                }
            });
            report.with("facts", factOptions.files)
                    .with("memories", conditions.all())
                    .with("questions", questions.questions().size())
                    .with("left_out", questions.leftOut())
                    .with("memory_k", model.model().config().memoryK())
                    .with("results", measured)
                    .finish(options, console);
            if (!console.isJson()) {
                print(console, measured);
            }
        }
        return Cli.OK;
    }

    private static void print(Console console, Map<String, ClozeEvaluation> measured) {
        List<Column> columns = new ArrayList<>(List.of(
                Column.text("facts"), Column.text("relation"), Column.number("questions")));
        for (String condition : measured.keySet()) {
            columns.add(Column.number(condition + " P@1"));
            columns.add(Column.number("+-"));
            columns.add(Column.number("P@10"));
            columns.add(Column.number("MRR"));
        }
        ClozeEvaluation any = measured.values().iterator().next();
        try (Table table = new Table(console, columns.toArray(Column[]::new))) {
            any.sets().forEach((set, _) -> {
                any.sets().get(set).relations().keySet().forEach(relation -> table.row(row(set, relation, measured,
                        each -> each.sets().get(set).relations().get(relation))));
                table.row(row(set, "all", measured, each -> each.sets().get(set).all()));
                table.row(means(set, measured));
            });
            if (any.sets().size() > 1) {
                table.row(row("all", "all", measured, ClozeEvaluation::all));
            }
        }
        printRetrieval(console, measured);
    }

    private static String[] row(String set, String relation, Map<String, ClozeEvaluation> measured,
            Function<ClozeEvaluation, ClozeScores> which) {
        List<String> cells = new ArrayList<>(List.of(set, relation));
        for (ClozeEvaluation each : measured.values()) {
            ClozeScores scores = which.apply(each);
            if (cells.size() == 2) {
                cells.add(Console.count(scores.questions()));
            }
            cells.addAll(List.of(scores.first().toString(), number("%.1f", scores.first().standardError()),
                    scores.inTen().toString(), number("%.3f", scores.meanReciprocalRank())));
        }
        return cells.toArray(String[]::new);
    }

    /** LAMA's figure, the mean over relations. */
    private static String[] means(String set, Map<String, ClozeEvaluation> measured) {
        return Stream.concat(Stream.of(set, "mean", ""), measured.values().stream()
                .flatMap(each -> Stream.of(number("%.1f", each.sets().get(set).meanOfRelations()), "", "", "")))
                .toArray(String[]::new);
    }

    private static void printRetrieval(Console console, Map<String, ClozeEvaluation> measured) {
        if (measured.values().stream().allMatch(each -> each.retrieval().isEmpty())) {
            return;
        }
        console.line("");
        console.line("right passages among those found:");
        try (Table table = new Table(console, Column.text("memory"), Column.text("facts"), Column.number("layer"),
                Column.number("own"), Column.number("first"), Column.number("weight"), Column.number("any"),
                Column.number("weight"))) {
            measured.forEach((condition, evaluation) -> {
                evaluation.sets().forEach((set, of) ->
                        of.retrieval().forEach(layer -> table.row(row(condition, set, layer))));
                if (evaluation.sets().size() > 1) {
                    evaluation.retrieval().forEach(layer -> table.row(row(condition, "all", layer)));
                }
            });
        }
    }

    private static String[] row(String condition, String set, LayerRetrieval layer) {
        return new String[] {
            condition, set, Integer.toString(layer.layer()), layer.own().toString(), layer.ownFirst().toString(),
            number("%.3f", layer.ownWeight()), layer.stated().toString(), number("%.3f", layer.statedWeight())
        };
    }

    static String number(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }
}
