package dev.pluglm.task;

import dev.pluglm.memory.Passage;
import dev.pluglm.metric.BioAsq;
import dev.pluglm.metric.Metric;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.task.data.Pooled;
import dev.pluglm.task.data.PooledExamples;
import dev.pluglm.task.data.TextExample;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whether the answer to a question is yes (SPEC 5.4), with probability above a half. A question of BioASQ is asked
 * about each of its snippets, and the mean of their logits counts.
 */
record YesNoQuestions(TextInputs inputs, List<Metric> metrics) implements DownstreamTask<Pooled<TextExample>> {

    /** The labels in the order of their classes. */
    static final LabelSet LABELS = LabelSet.of(List.of("no", "yes"));

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.YES_NO;
        draft.numLabels = 1;
        draft.labels = List.of();
    }

    @Override
    public ExampleReader<Pooled<TextExample>> open(Path file) {
        return PooledExamples.yesNo(file);
    }

    @Override
    public TaskData data(List<Pooled<TextExample>> examples, boolean labelled) {
        return new Data(examples, labelled
                ? Optional.of(examples.stream().mapToInt(YesNoQuestions::answer).toArray()) : Optional.empty());
    }

    private static int answer(Pooled<TextExample> question) {
        int answer = LABELS.index(question.first().label(), question.first().place());
        for (TextExample text : question.texts()) {
            if (LABELS.index(text.label(), text.place()) != answer) {
                throw text.place().problem("%s: the answer is '%s', but '%s' for another snippet of the same question",
                        text.id().orElse("a question"), text.label(), question.first().label());
            }
        }
        return answer;
    }

    private final class Data implements TaskData {
        private final List<Pooled<TextExample>> examples;
        /** Empty where it is not known. */
        private final Optional<int[]> right;
        private final List<Sample> samples = new ArrayList<>();

        Data(List<Pooled<TextExample>> examples, Optional<int[]> right) {
            this.examples = examples;
            this.right = right;
            int[] questions = IntStream.range(0, examples.size())
                    .flatMap(i -> examples.get(i).texts().stream().mapToInt(_ -> i)).toArray();
            List<Sample> texts = inputs.samples(examples.stream().flatMap(it -> it.texts().stream()).toList());
            for (int i = 0; i < questions.length; i++) {
                Sample sample = new Sample(questions[i], texts.get(i).ids(), texts.get(i).types());
                samples.add(right.isPresent() ? sample.with(right.get()[questions[i]]) : sample);
            }
        }

        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public List<Sample> samples() {
            return samples;
        }

        @Override
        public List<Passage> passages() {
            return TextInputs.passages(examples.stream().map(Pooled::first).toList());
        }

        @Override
        public Results results(float[][] outputs) {
            double[] sums = new double[examples.size()];
            for (int i = 0; i < outputs.length; i++) {
                sums[samples.get(i).example()] += outputs[i][0];
            }
            int[] predicted = new int[examples.size()];
            List<Map<String, Object>> rows = IntStream.range(0, predicted.length).mapToObj(i -> {
                Pooled<TextExample> question = examples.get(i);
                double yes = Softmax.sigmoid(sums[i] / question.texts().size());
                predicted[i] = yes > 0.5 ? 1 : 0;
                Map<String, Object> row = new LinkedHashMap<>(question.first().row());
                if (question.snippets()) {
                    question.first().id().flatMap(PooledExamples::question).ifPresent(id -> row.put("id", id));
                    row.put("snippets", question.texts().size());
                }
                row.put("prediction", LABELS.name(predicted[i]));
                row.put("probability", predicted[i] == 1 ? yes : 1 - yes);
                return row;
            }).toList();
            return new Results(rows, right.map(answers -> Metric.classes(metrics, LABELS.size(), answers, predicted)),
                    right.map(answers -> details(answers, predicted)).orElse(Map.of()));
        }

        private Map<String, Object> details(int[] answers, int[] predicted) {
            BioAsq.YesNoScores scores = BioAsq.yesNo(isYes(answers), isYes(predicted));
            return Map.of("f1_yes", scores.f1Yes(), "f1_no", scores.f1No(), "macro_f1", scores.macroF1());
        }

        private static boolean[] isYes(int[] classes) {
            boolean[] yes = new boolean[classes.length];
            for (int i = 0; i < yes.length; i++) {
                yes[i] = classes[i] == 1;
            }
            return yes;
        }
    }
}
