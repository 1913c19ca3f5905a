package dev.pluglm.task;

import dev.pluglm.metric.ConfusionMatrix;
import dev.pluglm.metric.Metric;
import dev.pluglm.metric.Scores;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.task.data.TextExample;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * One of several labels for each text or pair (SPEC 5.1).
 *
 * @param reader opens a file
 */
record TextClassification(
        TextInputs inputs, LabelSet labels, List<Metric> metrics, Function<Path, ExampleReader<TextExample>> reader)
        implements DownstreamTask<TextExample> {

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.CLASSIFICATION;
        draft.numLabels = labels.size();
        draft.labels = labels.names();
    }

    @Override
    public ExampleReader<TextExample> open(Path file) {
        return reader.apply(file);
    }

    @Override
    public TaskData data(List<TextExample> examples, boolean labelled) {
        Optional<int[]> right = labelled
                ? Optional.of(examples.stream().mapToInt(it -> labels.index(it.label(), it.place())).toArray())
                : Optional.empty();
        List<Sample> samples = inputs.samples(examples);
        return new Data(examples, right, right.map(classes -> IntStream.range(0, classes.length)
                .mapToObj(i -> samples.get(i).with(classes[i])).toList()).orElse(samples));
    }

    private final class Data extends TextData<int[]> {

        Data(List<TextExample> examples, Optional<int[]> right, List<Sample> samples) {
            super(examples, right, samples);
        }

        @Override
        public Results results(float[][] outputs) {
            List<Map<String, Object>> rows = new ArrayList<>();
            int[] predicted = new int[outputs.length];
            for (int i = 0; i < outputs.length; i++) {
                double[] probabilities = Softmax.of(Softmax.doubles(outputs[i], 0, labels.size()));
                predicted[i] = Softmax.largest(probabilities);
                Map<String, Object> row = new LinkedHashMap<>(examples.get(i).row());
                row.put("prediction", labels.name(predicted[i]));
                row.put("probability", probabilities[predicted[i]]);
                rows.add(row);
            }
            Optional<Scores> scores = right.map(classes ->
                    Metric.classes(metrics, labels.size(), classes, predicted));
            return new Results(rows, scores, right.map(classes -> details(classes, predicted)).orElse(Map.of()));
        }

        private Map<String, Object> details(int[] classes, int[] predicted) {
            ConfusionMatrix matrix = ConfusionMatrix.of(labels.size(), classes, predicted);
            Map<String, Object> table = new LinkedHashMap<>();
            for (int label = 0; label < labels.size(); label++) {
                Map<String, Object> line = new LinkedHashMap<>();
                for (int prediction = 0; prediction < labels.size(); prediction++) {
                    if (matrix.count(label, prediction) > 0) {
                        line.put(labels.name(prediction), matrix.count(label, prediction));
                    }
                }
                table.put(labels.name(label), line);
            }
            Map<String, Object> byLabel = new LinkedHashMap<>();
            for (int label = 0; label < labels.size(); label++) {
                byLabel.put(labels.name(label), JsonFiles.counts(matrix.of(label)));
            }
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("confusion", table);
            details.put("labels", byLabel);
            return details;
        }
    }
}
