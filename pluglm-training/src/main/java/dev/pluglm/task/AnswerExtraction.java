package dev.pluglm.task;

import dev.pluglm.memory.Passage;
import dev.pluglm.metric.AnswerScores;
import dev.pluglm.metric.AnsweredQuestion;
import dev.pluglm.metric.Scores;
import dev.pluglm.metric.Squad;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.task.data.Answer;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.Pooled;
import dev.pluglm.task.data.PooledExamples;
import dev.pluglm.task.data.QuestionExample;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * The piece of a text that answers a question (SPEC 5.3). A long text is read in windows that overlap; the best answers
 * of all windows are weighed together. For BioASQ's questions the answers of all snippets are pooled (SPEC 5.4).
 */
record AnswerExtraction(Tokenizer tokenizer, TaskSettings settings)
        implements DownstreamTask<Pooled<QuestionExample>> {

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.QUESTION_ANSWERING;
        draft.numLabels = 2;
        draft.labels = List.of();
    }

    @Override
    public ExampleReader<Pooled<QuestionExample>> open(Path file) {
        return PooledExamples.questions(file);
    }

    private static List<Answer> answers(QuestionExample example) {
        return example.answers().orElseThrow(() -> example.place().problem(
                "the question '%s' has no \"answers\" or \"exact_answer\"; expected a list of answers, an empty one"
                        + " for no answer", example.id()));
    }

    @Override
    public TaskData data(List<Pooled<QuestionExample>> questions, boolean labelled) {
        List<Pooled<QuestionExample>> apart = alike(questions);
        if (labelled) {
            apart.forEach(question -> question.texts().forEach(AnswerExtraction::answers));
        }
        TextWindows windows = new TextWindows(tokenizer, settings);
        List<Part> parts = IntStream.range(0, apart.size()).parallel().boxed()
                .flatMap(i -> IntStream.range(0, apart.get(i).texts().size()).boxed()
                        .flatMap(text -> windows.of(i, apart.get(i).texts().get(text)).stream()
                                .map(window -> new Part(i, text, window))))
                .toList();
        return new Data(apart, labelled, parts);
    }

    /** Snippets are pooled where all questions have some; among others they are texts like any. */
    private static List<Pooled<QuestionExample>> alike(List<Pooled<QuestionExample>> questions) {
        return questions.stream().allMatch(Pooled::snippets) ? questions
                : questions.stream().flatMap(question -> question.texts().stream()).map(Pooled::of).toList();
    }

    /** A window with the number of its question, and of its text among those of the question. */
    private record Part(int question, int text, TextWindows.Window window) {}

    private final class Data implements TaskData {
        private final List<Pooled<QuestionExample>> questions;
        private final boolean labelled;
        private final List<Part> parts;

        Data(List<Pooled<QuestionExample>> questions, boolean labelled, List<Part> parts) {
            this.questions = questions;
            this.labelled = labelled;
            this.parts = parts;
        }

        @Override
        public int size() {
            return questions.size();
        }

        private QuestionExample example(Part part) {
            return questions.get(part.question()).texts().get(part.text());
        }

        @Override
        public List<Sample> samples() {
            return parts.stream().map(this::sample).toList();
        }

        private Sample sample(Part part) {
            return labelled ? part.window().labelled(answers(example(part)).stream().findFirst())
                    : part.window().sample();
        }

        /** Nothing is learned from a snippet that the answer does not stand in, if it stands in others. */
        @Override
        public List<Sample> trainingSamples() {
            List<Sample> samples = parts.stream().filter(part -> !example(part).isAnsweredElsewhere())
                    .map(this::sample).toList();
            if (samples.isEmpty()) {
                throw questions.getFirst().first().place().problem("no \"exact_answer\" of the %d questions stands in"
                        + " one of its snippets, so there is nothing to learn", questions.size());
            }
            return samples;
        }

        @Override
        public List<Passage> passages() {
            return IntStream.range(0, questions.size()).mapToObj(i -> {
                QuestionExample first = questions.get(i).first();
                return TextInputs.passage(i, first.question(), questions.get(i).texts().stream()
                        .flatMap(text -> answers(text).stream()).map(Answer::text).findFirst().orElse("no answer"),
                        first.place().toString());
            }).toList();
        }

        @Override
        public Results results(float[][] outputs) {
            List<List<BestAnswers>> best = questions.stream()
                    .map(question -> question.texts().stream().map(_ -> new BestAnswers(settings)).toList()).toList();
            for (int i = 0; i < outputs.length; i++) {
                Part part = parts.get(i);
                best.get(part.question()).get(part.text()).add(part.window(), outputs[i], example(part).context());
            }
            List<List<BestAnswers.Chosen>> chosen = best.stream()
                    .map(texts -> texts.stream().map(BestAnswers::choose).toList()).toList();
            if (questions.stream().allMatch(Pooled::snippets)) {
                FactoidResults factoids = FactoidResults.of(questions, chosen);
                return new Results(factoids.rows(), Optional.of(factoids).filter(_ -> labelled)
                        .map(FactoidResults::scores), Map.of());
            }
            return results(questions.stream().map(Pooled::first).toList(),
                    chosen.stream().map(List::getFirst).toList());
        }

        private Results results(List<QuestionExample> examples, List<BestAnswers.Chosen> chosen) {
            List<Map<String, Object>> rows = IntStream.range(0, examples.size())
                    .mapToObj(i -> row(examples.get(i), chosen.get(i))).toList();
            if (!labelled) {
                return new Results(rows, Optional.empty(), Map.of());
            }
            List<AnsweredQuestion> answered = IntStream.range(0, examples.size())
                    .mapToObj(i -> new AnsweredQuestion(
                            answers(examples.get(i)).stream().map(Answer::text).toList(), chosen.get(i).text(),
                            chosen.get(i).noAnswerScore()))
                    .toList();
            boolean second = settings.mayHaveNoAnswer() || examples.stream().anyMatch(QuestionExample::isUnanswerable);
            return new Results(rows, Optional.of(scores(answered, second)), Map.of());
        }

        private static Scores scores(List<AnsweredQuestion> answered, boolean second) {
            SequencedMap<String, Double> byName = new LinkedHashMap<>();
            if (!second) {
                put(byName, "", Squad.v1(answered));
                return new Scores(byName);
            }
            Squad.Scores scores = Squad.v2(answered);
            put(byName, "", scores.all());
            put(byName, "has_answer_", scores.hasAnswer());
            put(byName, "no_answer_", scores.noAnswer());
            byName.put("best_f1", scores.bestF1().score());
            byName.put("best_f1_threshold", scores.bestF1().threshold());
            byName.put("best_exact_match", scores.bestExact().score());
            byName.put("best_exact_match_threshold", scores.bestExact().threshold());
            return new Scores(byName);
        }
    }

    private static void put(Map<String, Double> byName, String prefix, AnswerScores scores) {
        byName.put(prefix + "f1", scores.f1());
        byName.put(prefix + "exact_match", scores.exactMatch());
    }

    private static Map<String, Object> row(QuestionExample example, BestAnswers.Chosen chosen) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", example.id());
        row.put("question", example.question());
        example.row().forEach(row::putIfAbsent);
        row.put("prediction", chosen.text());
        row.put("no_answer_score", chosen.noAnswerScore());
        List<Map<String, Object>> best = new ArrayList<>();
        chosen.best().forEach(answer -> best.add(Map.of("text", answer.text(), "probability", answer.probability())));
        row.put("best", best);
        return row;
    }
}
