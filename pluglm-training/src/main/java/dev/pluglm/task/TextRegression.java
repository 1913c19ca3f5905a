package dev.pluglm.task;

import dev.pluglm.metric.Metric;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.TextExample;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A number for each text or pair (SPEC 5.1). */
record TextRegression(TextInputs inputs, List<Metric> metrics) implements DownstreamTask<TextExample> {

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.REGRESSION;
        draft.numLabels = 1;
        draft.labels = List.of();
    }

    @Override
    public ExampleReader<TextExample> open(Path file) {
        return inputs.open(file);
    }

    @Override
    public TaskData data(List<TextExample> examples, boolean labelled) {
        Optional<double[]> right = labelled
                ? Optional.of(examples.stream().mapToDouble(TextExample::score).toArray())
                : Optional.empty();
        List<Sample> samples = inputs.samples(examples);
        return new Data(examples, right, right.map(scores -> IntStream.range(0, scores.length)
                .mapToObj(i -> samples.get(i).with(scores[i])).toList()).orElse(samples));
    }

    private final class Data extends TextData<double[]> {

        Data(List<TextExample> examples, Optional<double[]> right, List<Sample> samples) {
            super(examples, right, samples);
        }

        @Override
        public Results results(float[][] outputs) {
            double[] predicted = new double[outputs.length];
            List<Map<String, Object>> rows = IntStream.range(0, outputs.length).mapToObj(i -> {
                predicted[i] = outputs[i][0];
                Map<String, Object> row = new LinkedHashMap<>(examples.get(i).row());
                row.put("prediction", predicted[i]);
                return row;
            }).toList();
            return new Results(rows, right.map(scores -> Metric.numbers(metrics, scores, predicted)), Map.of());
        }
    }
}
