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
import dev.pluglm.task.data.QuestionExample;
import dev.pluglm.task.data.QuestionExamples;
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
 * of all windows are weighed together.
 */
record AnswerExtraction(Tokenizer tokenizer, TaskSettings settings) implements DownstreamTask<QuestionExample> {

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.QUESTION_ANSWERING;
        draft.numLabels = 2;
        draft.labels = List.of();
    }

    @Override
    public ExampleReader<QuestionExample> open(Path file) {
        return QuestionExamples.open(file);
    }

    private static List<Answer> answers(QuestionExample example) {
        return example.answers().orElseThrow(() -> example.place().problem(
                "the question '%s' has no \"answers\"; expected a list of answers, an empty one for no answer",
                example.id()));
    }

    @Override
    public TaskData data(List<QuestionExample> examples, boolean labelled) {
        if (labelled) {
            examples.forEach(AnswerExtraction::answers);
        }
        TextWindows windows = new TextWindows(tokenizer, settings);
        List<TextWindows.Window> all = IntStream.range(0, examples.size()).parallel().boxed()
                .flatMap(i -> windows.of(i, examples.get(i)).stream()).toList();
        return new Data(examples, labelled, all);
    }

    private final class Data implements TaskData {
        private final List<QuestionExample> examples;
        private final boolean labelled;
        private final List<TextWindows.Window> windows;

        Data(List<QuestionExample> examples, boolean labelled, List<TextWindows.Window> windows) {
            this.examples = examples;
            this.labelled = labelled;
            this.windows = windows;
        }

        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public List<Sample> samples() {
            return windows.stream().map(window -> labelled
                    ? window.labelled(answers(examples.get(window.sample().example())).stream().findFirst())
                    : window.sample()).toList();
        }

        @Override
        public List<Passage> passages() {
            return IntStream.range(0, examples.size()).mapToObj(i -> {
                QuestionExample example = examples.get(i);
                return TextInputs.passage(i, example.question(),
                        answers(example).stream().map(Answer::text).findFirst().orElse("no answer"),
                        example.place().toString());
            }).toList();
        }

        @Override
        public Results results(float[][] outputs) {
            List<BestAnswers> best = examples.stream().map(_ -> new BestAnswers(settings)).toList();
            for (int i = 0; i < outputs.length; i++) {
                TextWindows.Window window = windows.get(i);
                int example = window.sample().example();
                best.get(example).add(window, outputs[i], examples.get(example).context());
            }
            List<BestAnswers.Chosen> chosen = best.stream().map(BestAnswers::choose).toList();
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
            return new Results(rows, Optional.of(scores(answered)), Map.of());
        }

        private Scores scores(List<AnsweredQuestion> answered) {
            SequencedMap<String, Double> byName = new LinkedHashMap<>();
            boolean second = settings.mayHaveNoAnswer() || examples.stream().anyMatch(QuestionExample::isUnanswerable);
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
