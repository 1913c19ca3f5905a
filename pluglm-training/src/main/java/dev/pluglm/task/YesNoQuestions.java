package dev.pluglm.task;

import dev.pluglm.metric.Metric;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.task.data.TextExample;
import dev.pluglm.task.data.YesNoExamples;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Whether the answer to a question is yes (SPEC 5.4), with probability above a half. */
record YesNoQuestions(TextInputs inputs, List<Metric> metrics) implements DownstreamTask<TextExample> {

    /** The labels in the order of their classes. */
    static final LabelSet LABELS = LabelSet.of(List.of("no", "yes"));

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.YES_NO;
        draft.numLabels = 1;
        draft.labels = List.of();
    }

    @Override
    public ExampleReader<TextExample> open(Path file) {
        return YesNoExamples.open(file);
    }

    @Override
    public TaskData data(List<TextExample> examples, boolean labelled) {
        Optional<int[]> right = labelled
                ? Optional.of(examples.stream().mapToInt(it -> LABELS.index(it.label(), it.place())).toArray())
                : Optional.empty();
        List<Sample> samples = inputs.samples(examples);
        return new Data(examples, right, right.map(answers -> IntStream.range(0, answers.length)
                .mapToObj(i -> samples.get(i).with(answers[i])).toList()).orElse(samples));
    }

    private final class Data extends TextData<int[]> {

        Data(List<TextExample> examples, Optional<int[]> right, List<Sample> samples) {
            super(examples, right, samples);
        }

        @Override
        public Results results(float[][] outputs) {
            int[] predicted = new int[outputs.length];
            List<Map<String, Object>> rows = IntStream.range(0, outputs.length).mapToObj(i -> {
                double yes = Softmax.sigmoid(outputs[i][0]);
                predicted[i] = yes > 0.5 ? 1 : 0;
                Map<String, Object> row = new LinkedHashMap<>(examples.get(i).row());
                row.put("prediction", LABELS.name(predicted[i]));
                row.put("probability", predicted[i] == 1 ? yes : 1 - yes);
                return row;
            }).toList();
            return new Results(rows, right.map(answers ->
                    Metric.classes(metrics, LABELS.size(), answers, predicted)), Map.of());
        }
    }
}
