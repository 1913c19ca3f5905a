package dev.pluglm.task.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

class TextExamplesTest {

    @TempDir
    Path folder;

    private List<TextExample> read(String name, String content) {
        return TextExamples.open(Written.text(folder, name, content)).readAll();
    }

    private void assertRefused(String name, String content, String message) {
        Path file = Written.text(folder, name, content);
        Written.assertProblem(folder, message, () -> TextExamples.open(file).readAll().forEach(TextExample::label));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "id,text,label|text|", "metadata,text,label|text|", "text,label|text|", "label,text|text|",
            "id,text,label,headline|headline|text", "idx,sentence,label|sentence|", "sentence,label|sentence|",
            "premise,hypothesis,label,idx|premise|hypothesis", "question,sentence,label,idx|question|sentence",
            "question1,question2,label,idx|question1|question2", "label,sentence2,sentence1|sentence1|sentence2",
            "text1,text2,label|text1|text2", "id,qid1,qid2,question1,question2,is_duplicate|question1|question2",
            "Text,Label|Text|"})
    void publishedAndPlainColumnNamesAreRecognisedInAnyFormat(String names, String text, String pair) {
        List<String> columns = List.of(names.split(","));
        String json = columns.stream().map("\"%1$s\": \"of %1$s\""::formatted)
                .collect(Collectors.joining(", ", "{", "}"));
        String values = columns.stream().map("of %s"::formatted).collect(Collectors.joining(","));
        for (List<TextExample> read : List.of(read("a.jsonl", json), read("a.csv", names + "\n" + values + "\n"),
                read("a.tsv", (names + "\r\n" + values).replace(',', '\t')))) {
            TextExample example = read.getFirst();
            assertEquals(1, read.size());
            assertEquals("of " + text, example.text());
            assertEquals(Optional.ofNullable(pair).map("of "::concat), example.pair());
            String label = columns.contains("is_duplicate") ? "is_duplicate"
                    : columns.contains("Label") ? "Label" : "label";
            assertEquals("of " + label, example.label());
            assertEquals(columns, List.copyOf(example.row().keySet()));
        }
    }

    @Test
    void labelsMayBeStringsNumbersBooleansListsOrMissing() {
        List<TextExample> read = read("a.jsonl", """
                {"text": "a", "label": "x"}
                {"text": "b", "label": 10}
                {"text": "c", "label": 2.50}

                {"text": "d", "label": true}
                {"text": "e", "label": ["p", "q"]}
                {"text": "f", "label": []}
                {"text": "g", "label": null}
                """);
        assertEquals(List.of(Optional.of(List.of("x")), Optional.of(List.of("10")), Optional.of(List.of("2.50")),
                Optional.of(List.of("true")), Optional.of(List.of("p", "q")), Optional.of(List.of()),
                Optional.empty()), read.stream().map(TextExample::labels).toList());
        assertEquals(2.5, read.get(2).score());
        assertEquals(5, read.get(3).place().number());
        assertEquals(Optional.empty(), read("a.csv", "text,label\nhello,\n").getFirst().labels());
        assertEquals(Optional.empty(), read("b.csv", "text,other\nhello,1\n").getFirst().labels());
    }

    @Test
    void unknownColumnsArePassedThroughAsTheyAreWritten() {
        TextExample example = read("a.jsonl", "{\"z\": 1e400, \"text\": \"t\", \"n\": 0.10, \"big\": "
                + "123456789012345678901,"
                + " \"none\": null, \"list\": [{\"a\": 1}], \"id\": 7}").getFirst();
        assertEquals(List.of("z", "text", "n", "big", "none", "list", "id"), List.copyOf(example.row().keySet()));
        assertEquals(new BigDecimal("1e400"), example.row().get("z"));
        assertEquals("0.10", example.row().get("n").toString());
        assertEquals("123456789012345678901", example.row().get("big").toString());
        assertEquals(Optional.of("7"), example.id());
    }

    @Test
    void quotedFieldsMayHoldCommasQuotesAndLineEndsAndLinesAreStillCounted() {
        List<TextExample> read = read("a.csv", "\uFEFFtext,label\r\n\"a, \"\"b\"\"\r\nc\",x\r\n\r\nd,y\r\n");
        assertEquals("a, \"b\"\nc", read.getFirst().text());
        assertEquals(2, read.getFirst().place().number());
        assertEquals("d", read.getLast().text());
        assertEquals(5, read.getLast().place().number());
        assertRefused("b.csv", "text,label\n\"a\nb\",x\nc\n", "b.csv, line 4: 1 columns; expected 2 (text, label)");
    }

    @Test
    void aQuoteBetweenTabsIsJustAQuote() {
        List<TextExample> read = read("a.tsv", "sentence\tlabel\n\"Then he was gone.\t0\nHe said \"no\"\t1\n");
        assertEquals(List.of("\"Then he was gone.", "He said \"no\""), read.stream().map(TextExample::text).toList());
    }

    @Test
    void theStsBenchmarkIsReadThoughItHasNoNames() {
        List<TextExample> read = read("sts-dev.csv", "main-captions\tMSRvid\t2012test\t0000\t5.000\tA man, \"he\".\tB\n"
                + "main-forums\tx\t2016\t0120\t1\tC\tD\tsource one\tsource two\n");
        assertEquals("A man, \"he\".", read.getFirst().text());
        assertEquals(Optional.of("B"), read.getFirst().pair());
        assertEquals(5, read.getFirst().score());
        assertEquals(1, read.getFirst().place().number());
        assertEquals("source two", read.getLast().row().get("source2"));
    }

    @Test
    void parquetIsReadLikeTheRest() {
        List<TextExample> read = TextExamples.open(Written.resource(folder, "texts.parquet"),
                new TextColumns("text", Optional.empty(), Optional.of("label"))).stream().limit(2).toList();
        assertEquals(List.of("good", "bad"), read.stream().map(TextExample::text).toList());
        assertEquals("1", read.getFirst().label());
        assertEquals(List.of("a"), read.getFirst().row().get("extra"));
        Path file = folder.resolve("texts.parquet");
        Written.assertProblem(folder, "texts.parquet, row 3: \"text\" is null; expected a text",
                () -> TextExamples.open(file).readAll());
        Written.assertProblem(folder, "texts.parquet, row 2: the score 'NaN' is not a finite number; expected one "
                + "like 3.5",
                () -> TextExamples.open(file, new TextColumns("text", Optional.empty(), Optional.of("score"))).stream()
                        .forEach(TextExample::score));
    }

    @Test
    void columnsMayBeNamed() {
        TextColumns columns = new TextColumns("review", Optional.empty(), Optional.of("stars"));
        Path file = Written.text(folder, "a.csv", "stars,review,text\n4,fine,other\n");
        TextExample example = TextExamples.open(file, columns).next();
        assertEquals("fine", example.text());
        assertEquals("4", example.label());
        Written.assertProblem(folder, "a.csv: the columns are stars, review, text; expected body",
                () -> TextExamples.open(file, new TextColumns("body", Optional.empty(), Optional.empty())));
        Path lines = Written.text(folder, "a.jsonl", "{\"review\": \"x\"}");
        Written.assertProblem(folder, "a.jsonl, line 1: no \"stars\" here; expected review, stars in each row, or null",
                () -> TextExamples.open(lines, columns).next());
    }

    @Test
    void whatIsBrokenIsSaidInOneLineWithFileAndLine() {
        assertRefused("a.csv", "words,class\na,b\n", "a.csv: the columns are words, class; "
                + "expected " + TextColumns.EXPECTED);
        assertRefused("a.csv", "text,label,text\n", "a.csv: two columns are called 'text'; rename one");
        assertRefused("a.csv", "text,label\na,b,c\n", "a.csv, line 2: 3 columns; expected 2 (text, label)");
        assertRefused("a.csv", "text,label\n\"a\"b,c\n", "a.csv, line 2: not CSV (Invalid character between "
                + "encapsulated token and delimiter); put fields with commas, quotes or line ends in quotes, and "
                + "double the quotes inside");
        assertRefused("a.csv", "text,label\nx,y\n\"a,b\n", "a.csv, line 3: not CSV (EOF reached before "
                + "encapsulated token finished); put fields with commas, quotes or line ends in quotes, and double the "
                + "quotes inside");
        assertRefused("a.csv", "text,label\n", "a.csv: no examples in it; expected at least one");
        assertRefused("a.tsv", "text\tlabel\na\n", "a.tsv, line 2: 1 columns; expected 2 (text, label)");
        assertRefused("a.jsonl", "", "a.jsonl: an empty file; expected at least one example");
        assertRefused("a.jsonl", "\n \n", "a.jsonl: an empty file; expected at least one example");
        assertRefused("a.jsonl", "{\"text\": \"a\", \"label\": 1}\n{\"text\": \"b\"}\n",
                "a.jsonl, line 2: no \"label\" here; expected text, label in each row, or null");
        assertRefused("a.jsonl", "{\"text\": 5, \"label\": 1}",
                "a.jsonl, line 1: \"text\" is not a string; expected a text, in JSON with quotes");
        assertRefused("a.jsonl", "{\"text\": \"a\", \"label\": {\"x\": 1}}",
                "a.jsonl, line 1: \"label\" holds an object; expected a string or a number");
        assertRefused("a.jsonl", "{\"text\": \"a\", \"label\": [1, 2]}",
                "a.jsonl, line 1: 2 labels; expected one, or set multi_label to learn any number of labels a text");
        assertRefused("a.jsonl", "{\"text\": \"a\", \"label\": null}",
                "a.jsonl, line 1: no label; expected one label for each text");
        assertRefused("a.jsonl", "{\"content\": \"a\"}",
                "a.jsonl, line 1: the columns are content; expected " + TextColumns.EXPECTED);
        assertRefused("a.jsonl", "[{\"text\": \"a\"}]", "a.jsonl, line 1: a JSON array; expected one JSON object a "
                + "line (jq -c '.[]' FILE makes such lines)");
        assertRefused("a.jsonl", "{\"text\": \"a\", \"label\": NaN}", "a.jsonl, line 1, column 27: not a JSON object "
                + "(Non-standard token 'NaN'); expected one object a line");
        assertRefused("a.jsonl", "{\"text\": \"a\\ud800\", \"label\": 1}",
                "a.jsonl, line 1: \"text\" has half a character at position 1 (\\ud800); remove it");
    }

    @Test
    void aScoreHasToBeAFiniteNumber() {
        for (String score : List.of("NaN", "Infinity", "high", "1e999", "3,5")) {
            TextExample example = read("a.tsv", "sentence1\tsentence2\tscore\na\tb\t" + score + "\n").getFirst();
            Written.assertProblem(folder, "a.tsv, line 2: the score '" + score
                    + "' is not a finite number; expected one like 3.5", example::score);
        }
    }

    @Test
    void labelsAreSortedAsNumbersOrAsStringsAndAnUnseenOneIsRefused() {
        Path file = folder.resolve("train.csv");
        assertEquals(List.of("-1", "2", "10"), LabelSet.ofTraining(file, Arrays.asList("10", "2", "-1", "2").stream())
                .names());
        LabelSet labels = LabelSet.ofTraining(file, List.of("b", "10", "a", "2").stream());
        assertEquals(List.of("10", "2", "a", "b"), labels.names());
        assertEquals(labels, LabelSet.of(List.of("10", "2", "a", "b")));
        assertEquals("a", labels.name(2));
        Place place = Place.line(folder.resolve("dev.csv"), 3);
        assertEquals(3, labels.index("b", place));
        boolean[] indicator = labels.indicator(List.of("b", "10"), place);
        assertTrue(indicator[0] && indicator[3]);
        assertFalse(indicator[1] || indicator[2]);
        Written.assertProblem(folder, "dev.csv, line 3: the label 'c' is none of the 4 that the model was trained with "
                + "(10, 2, a, b); correct it, or train with examples of it", () -> labels.index("c", place));
    }

    @Test
    void trainingDataOfOneClassIsRefused() {
        Path file = folder.resolve("train.csv");
        Written.assertProblem(folder, "train.csv: all examples have the label 'x'; expected at least two different "
                + "labels",
                () -> LabelSet.ofTraining(file, List.of("x", "x").stream()));
        Written.assertProblem(folder, "train.csv: no example has a label; expected at least two different labels",
                () -> LabelSet.ofTraining(file, List.<String>of().stream()));
    }
}
