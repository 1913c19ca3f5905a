package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonToken;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The right answer to a question in BioASQ's own files, {@code {"questions": [{"id", "type", "exact_answer"}]}}.
 *
 * @param id 24 characters
 * @param type factoid, yesno, list or summary
 * @param answers ways to write it, for a list those of all its items; none if the file gives none
 */
public record BioAsqAnswers(String id, String type, List<String> answers) {

    private static final int ID_LENGTH = 24;
    private static final int SUFFIX_LENGTH = 4;

    public BioAsqAnswers {
        answers = List.copyOf(answers);
    }

    /**
     * The question that an example asks about one snippet: its id is the question's and a suffix of four characters
     * (SPEC 5.4).
     */
    public static String questionOf(String exampleId) {
        return exampleId.length() == ID_LENGTH + SUFFIX_LENGTH ? exampleId.substring(0, ID_LENGTH) : exampleId;
    }

    /**
     * Reads a file whole, by the questions' ids and in their order.
     *
     * @throws Problem if there is no such file, or a question is broken or there twice
     */
    public static Map<String, BioAsqAnswers> read(Path file) {
        Map<String, BioAsqAnswers> byId = new LinkedHashMap<>();
        try (JsonDocument document = JsonDocument.open(file)) {
            document.expect(JsonToken.START_OBJECT, "the file");
            while (document.next() != JsonToken.END_OBJECT) {
                if (!document.name().equals("questions")) {
                    document.next();
                    document.skip();
                    continue;
                }
                document.expect(JsonToken.START_ARRAY, "\"questions\"");
                for (JsonToken token = document.next(); token != JsonToken.END_ARRAY; token = document.next()) {
                    if (token != JsonToken.START_OBJECT) {
                        throw document.place().problem("a question is not an object");
                    }
                    BioAsqAnswers answers = of(document.object());
                    if (byId.putIfAbsent(answers.id(), answers) != null) {
                        throw document.place().problem("the question %s is there twice", Shown.of(answers.id()));
                    }
                }
            }
            document.requireEnd();
        }
        if (byId.isEmpty()) {
            throw Problem.of("%s: no questions in it; expected BioASQ's {\"questions\": [...]}", file);
        }
        return Collections.unmodifiableMap(byId);
    }

    private static BioAsqAnswers of(Row question) {
        List<String> answers = new ArrayList<>();
        Optional.ofNullable(question.values().get("exact_answer")).ifPresent(it -> collect(it, answers, question));
        return new BioAsqAnswers(question.text("id"), question.optionalText("type").orElse(""), answers);
    }

    /** A factoid's answer was a string, then a list of synonyms, and is now a list of such lists. */
    private static void collect(Object answer, List<String> answers, Row question) {
        switch (answer) {
            case String text -> answers.add(text);
            case List<?> list -> list.forEach(each -> collect(each, answers, question));
            case null, default -> throw question.place().problem("question %s: \"exact_answer\" holds something else "
                    + "than strings and lists", Shown.of(question.text("id")));
        }
    }
}
