package dev.pluglm.cli;

import dev.pluglm.Evidence;
import dev.pluglm.Filled;
import dev.pluglm.Prediction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Filled masks and their evidence, for people and as JSON. */
final class FilledText {
    private static final int TEXT_WIDTH = 76;
    private static final double SMALLEST_SHOWN = 0.0005;

    private FilledText() {}

    static void print(Console console, Filled filled) {
        if (console.isJson()) {
            console.json(json(filled));
            return;
        }
        for (int mask = 0; mask < filled.masks().size(); mask++) {
            if (filled.masks().size() > 1) {
                console.line("mask " + (mask + 1));
            }
            for (Prediction prediction : filled.masks().get(mask)) {
                console.line(String.format(Locale.ROOT, "%7.4f  %s", prediction.probability(), prediction.token()));
            }
        }
        printEvidence(console, filled.evidence());
    }

    private static void printEvidence(Console console, List<Evidence> evidence) {
        if (evidence.isEmpty()) {
            console.line("");
            console.line("no passage was looked up");
            return;
        }
        console.line("");
        console.line("looked up:");
        boolean tokens = evidence.stream().anyMatch(passage -> !passage.tokens().isEmpty());
        List<Table.Column> columns = new ArrayList<>(List.of(Table.Column.number("layer"), Table.Column.text("memory"),
                Table.Column.text("id"), Table.Column.number("similarity"), Table.Column.number("weight"),
                Table.Column.text("text")));
        if (tokens) {
            columns.add(columns.size() - 1, Table.Column.text("most read"));
        }
        try (Table table = new Table(console, columns.toArray(Table.Column[]::new))) {
            for (Evidence passage : evidence) {
                List<String> cells = new ArrayList<>(List.of(Integer.toString(passage.layer()), passage.memory(),
                        passage.id(), String.format(Locale.ROOT, "%.3f", passage.similarity()),
                        String.format(Locale.ROOT, "%.3f", passage.weight()),
                        Plain.shortened(passage.text(), TEXT_WIDTH)));
                if (tokens) {
                    cells.add(cells.size() - 1, mostRead(passage));
                }
                table.row(cells.toArray(String[]::new));
            }
        }
        printUnread(console, evidence);
    }

    /** The part of the attention that a null passage took. */
    private static void printUnread(Console console, List<Evidence> evidence) {
        Map<Integer, Double> read = new TreeMap<>();
        evidence.forEach(passage -> read.merge(passage.layer(), (double) passage.weight(), Double::sum));
        read.forEach((layer, weight) -> {
            if (weight < 1 - SMALLEST_SHOWN) {
                console.line(String.format(Locale.ROOT, "layer %d read nothing with %.3f of its attention", layer,
                        1 - weight));
            }
        });
    }

    /** The token that was attended to most, other than those that only frame a passage. */
    private static String mostRead(Evidence passage) {
        return passage.tokens().stream()
                .filter(token -> !token.token().matches("\\[[A-Z]+]"))
                .max(Comparator.comparingDouble(Evidence.Token::weight))
                .map(Evidence.Token::token)
                .orElse("");
    }

    /** The same text with and without some passages. */
    static void print(Console console, Filled with, Filled hidden, List<String> without) {
        if (console.isJson()) {
            Map<String, Object> object = new LinkedHashMap<>(json(with));
            object.put("without", Console.fields("ids", without, "filled", json(hidden)));
            console.json(object);
            return;
        }
        print(console, with);
        console.line("");
        console.line("without " + String.join(", ", without) + ":");
        for (int mask = 0; mask < hidden.masks().size(); mask++) {
            for (Prediction now : hidden.masks().get(mask)) {
                console.line(String.format(Locale.ROOT, "%7.4f  %s%s", now.probability(), now.token(),
                        change(with.masks().get(mask), now)));
            }
        }
        printEvidence(console, hidden.evidence());
    }

    private static String change(List<Prediction> before, Prediction now) {
        return before.stream()
                .filter(prediction -> prediction.token().equals(now.token()))
                .findFirst()
                .map(prediction -> String.format(
                        Locale.ROOT, "  (%+.4f)", now.probability() - prediction.probability()))
                .orElse("  (new)");
    }

    private static Map<String, Object> json(Filled filled) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("predictions", predictions(filled.predictions()));
        if (filled.masks().size() > 1) {
            object.put("masks", filled.masks().stream().map(FilledText::predictions).toList());
        }
        object.put("evidence", filled.evidence().stream().map(FilledText::json).toList());
        return object;
    }

    private static List<Map<String, Object>> predictions(List<Prediction> predictions) {
        return predictions.stream()
                .map(p -> Console.fields("token", p.token(), "probability", p.probability()))
                .toList();
    }

    private static Map<String, Object> json(Evidence passage) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("layer", passage.layer());
        object.put("memory", passage.memory());
        object.put("id", passage.id());
        object.put("text", passage.text());
        object.put("similarity", passage.similarity());
        object.put("weight", passage.weight());
        if (!passage.tokens().isEmpty()) {
            object.put("tokens", passage.tokens().stream()
                    .map(token -> Console.fields("token", token.token(), "weight", token.weight()))
                    .toList());
        }
        return object;
    }
}
