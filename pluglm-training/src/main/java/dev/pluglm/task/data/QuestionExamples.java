package dev.pluglm.task.data;

import com.fasterxml.jackson.core.JsonToken;

import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads questions that are answered by a piece of a text: SQuAD 1.1 and 2.0 and what has their form (XQuAD, BioASQ as
 * published for BioBERT), BioASQ's own files (a question for each snippet), SQuAD flattened to rows ({@code id}, {@code context}, {@code question}, {@code answers}), and
 * QED.
 *
 * <p>Every answer has to stand where it is said to, upper and lower case aside; several answers to a question may
 * overlap.
 */
public final class QuestionExamples {

    private static final String EXPECTED = "id, question, context and answers (SQuAD), or question_text, "
            + "paragraph_text and original_nq_answers (QED)";

    private QuestionExamples() {}

    /**
     * Opens a file.
     *
     * @throws Problem if there is no such file, it is empty, or holds something else
     */
    public static ExampleReader<QuestionExample> open(Path file) {
        RowReader.requireFile(file);
        if (!RowReader.isParquet(file) && isDocument(file)) {
            return new ExampleReader<>(file, new Squad(new SquadParagraphs(file)));
        }
        if (!RowReader.isParquet(file) && BioAsqQuestions.isAt(file)) {
            return new ExampleReader<>(file, new BioAsqQuestions<>(file, "factoid", QuestionExamples::factoid));
        }
        return new ExampleReader<>(file, new Rows(RowReader.open(file, names -> false, EXPECTED)));
    }

    /** Whether a file is one object like SQuAD's, by its first field. */
    static boolean isDocument(Path file) {
        try (JsonDocument document = JsonDocument.open(file)) {
            if (document.next() != JsonToken.START_OBJECT || document.next() != JsonToken.FIELD_NAME) {
                return false;
            }
            return List.of("version", "data").contains(document.name());
        } catch (Problem e) {
            return false; // The reader of lines knows better what is wrong with it.
        }
    }

    private static QuestionExample factoid(BioAsqQuestions.Snippet snippet) {
        Row question = snippet.question();
        return new QuestionExample(snippet.id(), snippet.asked(), snippet.text(), Optional.empty(),
                snippet.answers().map(answers -> new AnswerSpans(question.place(), snippet.id(), snippet.text())
                        .words(answers)),
                snippet.answers().orElse(List.of()), BioAsqQuestions.row(question), question.place());
    }

    private record Squad(SquadParagraphs paragraphs) implements ExampleReader.Source<QuestionExample> {

        @Override
        public Optional<QuestionExample> next() {
            return paragraphs.next().map(asked -> {
                Row row = asked.question();
                return new QuestionExample(asked.id(), asked.text(), asked.context(), asked.title(),
                        new AnswerSpans(row.place(), asked.id(), asked.context()).squad(row),
                        row.without("id", "question", "answers"), row.place());
            });
        }

        @Override
        public void close() {
            paragraphs.close();
        }
    }

    private record Rows(RowReader rows) implements ExampleReader.Source<QuestionExample> {

        @Override
        public Optional<QuestionExample> next() {
            return rows.next().map(row -> row.has("paragraph_text") ? qed(row) : flat(row));
        }

        private static QuestionExample flat(Row row) {
            if (!row.has("question") || !row.has("context")) {
                throw row.place().problem("the fields are %s; expected %s", Row.shown(row.values()), EXPECTED);
            }
            String context = row.text("context");
            String id = row.id().orElseThrow(() -> row.place().problem("no \"id\"; expected one for each question"));
            return new QuestionExample(id, row.text("question").stripLeading(), context, row.optionalText("title"),
                    new AnswerSpans(row.place(), id, context).squad(row),
                    row.without("id", "question", "context", "title", "answers"), row.place());
        }

        private static QuestionExample qed(Row row) {
            String context = row.text("paragraph_text");
            String id = row.id().orElseThrow(() -> row.place().problem("no \"example_id\""));
            Optional<List<Answer>> answers = row.has("original_nq_answers")
                    ? Optional.of(qedAnswers(row, new AnswerSpans(row.place(), id, context))) : Optional.empty();
            return new QuestionExample(id, row.text("question_text").stripLeading(), context,
                    row.optionalText("title_text"), answers,
                    row.without("example_id", "question_text", "paragraph_text", "title_text", "original_nq_answers"),
                    row.place());
        }

        /** Of each annotator a list of pieces. */
        private static List<Answer> qedAnswers(Row row, AnswerSpans spans) {
            if (!(row.values().get("original_nq_answers") instanceof List<?> annotators)) {
                throw row.place().problem("\"original_nq_answers\" is not a list");
            }
            List<Answer> answers = new ArrayList<>();
            for (Object annotator : annotators) {
                if (!(annotator instanceof List<?> pieces)) {
                    throw row.place().problem("\"original_nq_answers\" is not a list of lists");
                }
                for (Object piece : pieces) {
                    Row answer = row.row(piece, "original_nq_answers");
                    answers.add(spans.at(answer.text("string"), Optional.of(answer.wholeNumber("start"))));
                }
            }
            return answers;
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
