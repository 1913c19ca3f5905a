package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonToken;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/**
 * The questions of one type in BioASQ's own files, {@code {"questions": [{"id", "type", "body", "snippets",
 * "exact_answer"}]}}, as one example for each snippet. Only one question is in memory at a time.
 *
 * @param <E> the kind of example
 */
final class BioAsqQuestions<E> implements ExampleReader.Source<E> {
    static final String NO_SNIPPETS = "no snippets";

    private static final int ID_LENGTH = 24;
    private static final int MOST_SNIPPETS = 999;

    private final JsonDocument document;
    private final String type;
    private final Function<Snippet, E> example;
    private final Queue<E> ready = new ArrayDeque<>();
    private final Set<String> ids = new HashSet<>();
    private final Map<String, Long> leftOut = new LinkedHashMap<>();
    private boolean inQuestions;
    private boolean ended;

    /**
     * A snippet with the question that is asked about it.
     *
     * @param id the question's 24 characters, an underscore and three digits
     * @param answers ways to write what is right; nothing if the file does not tell
     */
    record Snippet(String id, Row question, String text, Optional<List<String>> answers) {

        String asked() {
            return question.text("body").stripLeading();
        }
    }

    /** @param type which questions: factoid or yesno; the others are left out */
    BioAsqQuestions(Path file, String type, Function<Snippet, E> example) {
        this.document = JsonDocument.open(file);
        this.type = type;
        this.example = example;
        try {
            document.expect(JsonToken.START_OBJECT, "the file");
        } catch (RuntimeException e) {
            document.close();
            throw e;
        }
    }

    /** Whether a file is one object with a list of questions, and nothing but single values before that. */
    static boolean isAt(Path file) {
        try (JsonDocument document = JsonDocument.open(file)) {
            JsonToken token = document.next();
            boolean isObject = token == JsonToken.START_OBJECT;
            while (isObject && document.next() == JsonToken.FIELD_NAME) {
                boolean isQuestions = document.name().equals("questions");
                if (!document.next().isScalarValue()) {
                    return isQuestions;
                }
            }
            return false;
        } catch (Problem e) {
            return false; // The reader of lines knows better what is wrong with it.
        }
    }

    @Override
    public Optional<E> next() {
        while (ready.isEmpty() && !ended) {
            JsonToken token = document.next();
            if (!inQuestions) {
                top(token);
            } else if (token == JsonToken.START_OBJECT) {
                add(document.object());
            } else if (token == JsonToken.END_ARRAY) {
                inQuestions = false;
            } else {
                throw document.place().problem("a question is not an object");
            }
        }
        return Optional.ofNullable(ready.poll());
    }

    private void top(JsonToken token) {
        if (token == JsonToken.END_OBJECT) {
            document.requireEnd();
            ended = true;
        } else if (document.name().equals("questions")) {
            document.expect(JsonToken.START_ARRAY, "\"questions\"");
            inQuestions = true;
        } else {
            document.next();
            document.skip();
        }
    }

    private void add(Row question) {
        String found = question.text("type");
        if (!found.equals(type)) {
            leftOut.merge("a %s question".formatted(Shown.of(found)), 1L, Long::sum);
            return;
        }
        String id = question.text("id");
        if (id.length() != ID_LENGTH || !PooledExamples.question(id + "_001").equals(Optional.of(id))) {
            throw question.place().problem("the id '%s'; expected the %d letters and digits of BioASQ's", Shown.of(id),
                    ID_LENGTH);
        }
        if (!ids.add(id)) {
            throw question.place().problem("the question %s is there twice", id);
        }
        List<String> texts = question.rows("snippets").stream().map(it -> it.text("text")).filter(it -> !it.isBlank())
                .distinct().limit(MOST_SNIPPETS).toList();
        if (texts.isEmpty()) {
            leftOut.merge(NO_SNIPPETS, 1L, Long::sum);
        }
        Optional<List<String>> answers = answers(question);
        for (String text : texts) {
            ready.add(example.apply(new Snippet("%s_%03d".formatted(id, ready.size() + 1), question, text, answers)));
        }
    }

    /** What a prediction tells of a question, beside the prediction. */
    static SequencedMap<String, Object> row(Row question) {
        SequencedMap<String, Object> row = new LinkedHashMap<>();
        row.put("id", question.text("id"));
        row.put("type", question.text("type"));
        row.put("body", question.text("body"));
        return row;
    }

    private static Optional<List<String>> answers(Row question) {
        List<String> answers = new ArrayList<>();
        Optional.ofNullable(question.values().get("exact_answer")).ifPresent(it -> collect(it, answers, question));
        return Optional.of(List.copyOf(answers)).filter(it -> !it.isEmpty());
    }

    /** A factoid's answer was a string, then a list of synonyms, and is now a list of such lists. */
    private static void collect(Object answer, List<String> answers, Row question) {
        switch (answer) {
            case String text when !text.isBlank() -> answers.add(text.strip());
            case String _ -> { }
            case List<?> list -> list.forEach(each -> collect(each, answers, question));
            case null, default -> throw question.place().problem("question %s: \"exact_answer\" holds something else "
                    + "than strings and lists", Shown.of(question.text("id")));
        }
    }

    @Override
    public Map<String, Long> leftOut() {
        return leftOut;
    }

    @Override
    public void close() {
        document.close();
    }
}
