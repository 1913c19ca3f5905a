package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonToken;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads questions that are answered by yes, no or maybe, with the text that tells: {@link TextExample#text} is the
 * question, its pair the text, its label the answer in lower case.
 *
 * <ul>
 * <li>BoolQ, as rows: {@code question}, {@code passage} and {@code answer} or {@code label}: true, 1, yes;
 * <li>PubMedQA: an object of entries with {@code QUESTION}, {@code CONTEXTS} (joined by a space) and
 *     {@code final_decision}; the id is the entry's name;
 * <li>BioASQ's own files: an example for each snippet, with the question's answer;
 * <li>BioASQ in SQuAD's form: {@code answers} is "yes" or "no", or {@code is_impossible} stands for "no".
 * </ul>
 */
public final class YesNoExamples {

    private static final String EXPECTED = "question, passage and answer (BoolQ)";
    private static final Set<String> ANSWERS = Set.of("yes", "no", "maybe");

    private YesNoExamples() {}

    /**
     * Opens a file.
     *
     * @throws Problem if there is no such file, it is empty, or holds something else
     */
    public static ExampleReader<TextExample> open(Path file) {
        RowReader.requireFile(file);
        if (!RowReader.isParquet(file)) {
            if (QuestionExamples.isDocument(file)) {
                return new ExampleReader<>(file, new SquadForm(new SquadParagraphs(file)));
            }
            if (BioAsqQuestions.isAt(file)) {
                return new ExampleReader<>(file, new BioAsqQuestions<>(file, "yesno", YesNoExamples::ofSnippet));
            }
            if (isPubMedQa(file)) {
                return new ExampleReader<>(file, new PubMedQa(file));
            }
        }
        return new ExampleReader<>(file, new BoolQ(RowReader.open(file,
                names -> names.containsAll(List.of("question", "passage")), EXPECTED)));
    }

    /**
     * The answers by id that PubMedQA gives for its test questions: which of its questions are the test.
     *
     * @throws Problem if the file is no such object
     */
    public static Map<String, String> testAnswers(Path file) {
        Map<String, String> answers = new LinkedHashMap<>();
        try (JsonDocument document = JsonDocument.open(file)) {
            document.expect(JsonToken.START_OBJECT, "the file");
            while (document.next() != JsonToken.END_OBJECT) {
                String id = document.name();
                document.next();
                answers.put(id, answer(document.text(), document.place()));
            }
            document.requireEnd();
        }
        if (answers.isEmpty()) {
            throw Problem.of("%s: no answers in it; expected {\"ID\": \"yes\", ...}", file);
        }
        return Collections.unmodifiableMap(answers);
    }

    private static boolean isPubMedQa(Path file) {
        try (JsonDocument document = JsonDocument.open(file)) {
            return document.next() == JsonToken.START_OBJECT && document.next() == JsonToken.FIELD_NAME
                    && document.next() == JsonToken.START_OBJECT;
        } catch (Problem e) {
            return false; // The reader of lines knows better what is wrong with it.
        }
    }

    private static String answer(String text, Place place) {
        String answer = text.strip().toLowerCase(Locale.ROOT);
        if (!ANSWERS.contains(answer)) {
            throw place.problem("the answer is '%s'; expected yes, no or maybe", Shown.of(text));
        }
        return answer;
    }

    private static TextExample ofSnippet(BioAsqQuestions.Snippet snippet) {
        Row question = snippet.question();
        return new TextExample(Optional.of(snippet.id()), snippet.asked(), Optional.of(snippet.text()),
                snippet.answers().map(all -> List.of(answer(String.join(", ", all), question.place()))),
                BioAsqQuestions.row(question), question.place());
    }

    private static final class PubMedQa implements ExampleReader.Source<TextExample> {
        private final JsonDocument document;
        private boolean ended;

        PubMedQa(Path file) {
            document = JsonDocument.open(file);
            document.next();
        }

        @Override
        public Optional<TextExample> next() {
            if (ended || document.next() == JsonToken.END_OBJECT) {
                if (!ended) {
                    document.requireEnd();
                }
                ended = true;
                return Optional.empty();
            }
            String id = document.name();
            document.expect(JsonToken.START_OBJECT, "the entry '" + Shown.of(id) + "'");
            Row entry = document.object();
            if (!entry.has("CONTEXTS")) {
                throw entry.place().problem("the entry '%s' has no \"CONTEXTS\"; expected a list of texts",
                        Shown.of(id));
            }
            return Optional.of(new TextExample(Optional.of(id), entry.text("QUESTION").stripLeading(),
                    Optional.of(String.join(" ", entry.words("CONTEXTS"))),
                    entry.optionalText("final_decision").map(it -> List.of(answer(it, entry.place()))),
                    entry.values(), entry.place()));
        }

        @Override
        public void close() {
            document.close();
        }
    }

    private record SquadForm(SquadParagraphs paragraphs) implements ExampleReader.Source<TextExample> {

        @Override
        public Optional<TextExample> next() {
            return paragraphs.next().map(asked -> new TextExample(Optional.of(asked.id()), asked.text(),
                    Optional.of(asked.context()), answer(asked.question()).map(List::of), asked.question().values(),
                    asked.question().place()));
        }

        private static Optional<String> answer(Row question) {
            if (question.values().get("answers") instanceof String text) {
                return Optional.of(YesNoExamples.answer(text, question.place()));
            }
            return question.has("is_impossible") ? Optional.of(question.isTrue("is_impossible") ? "no" : "yes")
                    : Optional.empty();
        }

        @Override
        public void close() {
            paragraphs.close();
        }
    }

    private record BoolQ(RowReader rows) implements ExampleReader.Source<TextExample> {

        @Override
        public Optional<TextExample> next() {
            return rows.next().map(row -> {
                if (!row.has("question") || !row.has("passage")) {
                    throw row.place().problem("the fields are %s; expected %s", Row.shown(row.values()), EXPECTED);
                }
                return new TextExample(row.id(), row.text("question").stripLeading(),
                        Optional.of(row.text("passage")),
                        row.firstOf("answer", "label").flatMap(row::word).map(it -> List.of(answer(it, row.place()))),
                        row.values(), row.place());
            });
        }

        private static String answer(String word, Place place) {
            return switch (word.toLowerCase(Locale.ROOT)) {
                case "true", "1" -> "yes";
                case "false", "0" -> "no";
                default -> YesNoExamples.answer(word, place);
            };
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
