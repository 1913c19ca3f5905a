package dev.pluglm.cli;

import dev.pluglm.cli.Table.Column;
import dev.pluglm.evaluation.ClozeEvaluation;
import dev.pluglm.evaluation.ClozeScores;
import dev.pluglm.evaluation.LayerRetrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** How questions about facts were answered, for people: one condition beside the other, and what was found. */
final class ClozeTable {

    private ClozeTable() {}

    /** @param measured by condition, at least one */
    static void print(Console console, Map<String, ClozeEvaluation> measured) {
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
                table.row(means(set, measured, each -> each.sets().get(set).meanOfRelations()));
            });
            if (any.sets().size() > 1) {
                table.row(row("all", "all", measured, ClozeEvaluation::all));
                table.row(means("all", measured, ClozeEvaluation::meanOfRelations));
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
    private static String[] means(String set, Map<String, ClozeEvaluation> measured,
            ToDoubleFunction<ClozeEvaluation> mean) {
        return Stream.concat(Stream.of(set, "mean", ""), measured.values().stream()
                .flatMap(each -> Stream.of(number("%.1f", mean.applyAsDouble(each)), "", "", "")))
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
