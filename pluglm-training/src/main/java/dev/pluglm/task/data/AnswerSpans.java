package dev.pluglm.task.data;

import dev.pluglm.problem.Shown;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Finds the answers of one question in its text, and refuses those that do not stand where they are said to. */
record AnswerSpans(Place place, String id, String context) {

    /** The answers of SQuAD, in its own form (a list of objects) or flattened (an object of lists). */
    Optional<List<Answer>> squad(Row question) {
        boolean impossible = question.isTrue("is_impossible");
        Object value = question.values().get("answers");
        if (value == null) {
            return impossible ? Optional.of(List.of()) : Optional.empty();
        }
        if (value instanceof String) {
            throw place.problem("question %s: \"answers\" is a text; expected a list of answers, like [{\"text\": ..., "
                    + "\"answer_start\": ...}]; is it a yes/no question?", Shown.of(id));
        }
        List<Answer> answers = value instanceof List ? objects(question.rows("answers"))
                : lists(question.row(value, "answers"));
        if (impossible && !answers.isEmpty()) {
            throw place.problem("question %s: is_impossible is true, but it has %d answers", Shown.of(id),
                    answers.size());
        }
        return Optional.of(answers);
    }

    private List<Answer> objects(List<Row> answers) {
        return answers.stream().map(answer -> at(answer.text("text"), answer.has("answer_start")
                ? Optional.of(answer.wholeNumber("answer_start")) : Optional.empty())).toList();
    }

    private List<Answer> lists(Row answers) {
        List<?> starts = answers.values().get("answer_start") instanceof List<?> list ? list : List.of();
        List<String> texts = answers.has("text") ? answers.words("text") : List.of();
        if (starts.size() != texts.size()) {
            throw place.problem("question %s: %d answers, but %d starts; expected as many", Shown.of(id), texts.size(),
                    starts.size());
        }
        List<Answer> found = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            found.add(at(texts.get(i), Optional.of(answers.wholeNumber(starts.get(i), "answer_start"))));
        }
        return found;
    }

    /** Where these stand as whole words, whatever their case: the first place of each that has one. */
    List<Answer> words(List<String> texts) {
        List<Answer> found = new ArrayList<>();
        for (String text : texts) {
            IntStream.rangeClosed(0, context.length() - text.length())
                    .filter(start -> context.regionMatches(true, start, text, 0, text.length())
                            && isBorder(start) && isBorder(start + text.length()))
                    .findFirst().ifPresent(start -> found.add(new Answer(text, start, start + text.length())));
        }
        return found;
    }

    private boolean isBorder(int at) {
        return at == 0 || at == context.length() || !Character.isLetterOrDigit(context.charAt(at - 1))
                || !Character.isLetterOrDigit(context.charAt(at));
    }

    /**
     * @param codePoint where the text is said to begin, in code points; looked for if it is not said
     */
    Answer at(String text, Optional<Integer> codePoint) {
        if (text.isBlank()) {
            throw place.problem("question %s: an empty answer; expected some words of the text", Shown.of(id));
        }
        int start = codePoint.map(this::chars).orElseGet(() -> context.indexOf(text));
        if (start < 0 || !context.regionMatches(true, start, text, 0, text.length())) {
            throw place.problem("question %s: the answer '%s' does not stand %s; correct its start or remove it",
                    Shown.of(id), Shown.of(text), codePoint.map(it -> "at character %d of the text: there stands '%s'"
                            .formatted(it, Shown.of(pieceAt(start, text.length())))).orElse("in the text"));
        }
        return new Answer(text, start, start + text.length());
    }

    private int chars(int codePoint) {
        int size = context.codePointCount(0, context.length());
        if (codePoint < 0 || codePoint >= size) {
            throw place.problem("question %s: an answer starts at character %d, but the text has %d", Shown.of(id),
                    codePoint, size);
        }
        return context.offsetByCodePoints(0, codePoint);
    }

    private String pieceAt(int start, int length) {
        return context.substring(start, Math.min(context.length(), start + length));
    }
}
