package dev.pluglm.task;

import dev.pluglm.metric.Metric;
import dev.pluglm.metric.MultiLabelScores;
import dev.pluglm.metric.PrecisionRecall;
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
import java.util.stream.IntStream;

/** Any number of labels for each text or pair. */
record TextLabelling(TextInputs inputs, LabelSet labels, List<Metric> metrics, TaskSettings.MultiLabel how)
        implements DownstreamTask<TextExample> {

    @Override
    public void shape(PlugLMConfig.Draft draft) {
        draft.task = Task.MULTI_LABEL;
        draft.numLabels = labels.size();
        draft.labels = labels.names();
    }

    @Override
    public ExampleReader<TextExample> open(Path file) {
        return inputs.open(file);
    }

    @Override
    public TaskData data(List<TextExample> examples, boolean labelled) {
        List<Sample> samples = inputs.samples(examples);
        if (!labelled) {
            return new Data(examples, Optional.empty(), samples);
        }
        boolean[][] right = examples.stream().map(it -> labels.indicator(how.labels(it), it.place()))
                .toArray(boolean[][]::new);
        return new Data(examples, Optional.of(right), IntStream.range(0, right.length)
                .mapToObj(i -> samples.get(i).with(numbers(right[i]))).toList());
    }

    private static double[] numbers(boolean[] has) {
        return IntStream.range(0, has.length).mapToDouble(i -> has[i] ? 1 : 0).toArray();
    }

    private final class Data extends TextData<boolean[][]> {

        Data(List<TextExample> examples, Optional<boolean[][]> right, List<Sample> samples) {
            super(examples, right, samples);
        }

        @Override
        public Results results(float[][] outputs) {
            List<Map<String, Object>> rows = new ArrayList<>();
            boolean[][] predicted = new boolean[outputs.length][labels.size()];
            for (int i = 0; i < outputs.length; i++) {
                Map<String, Double> probabilities = new LinkedHashMap<>();
                List<String> given = new ArrayList<>();
                for (int label = 0; label < labels.size(); label++) {
                    double probability = Softmax.sigmoid(outputs[i][label]);
                    probabilities.put(labels.name(label), probability);
                    if (probability >= how.threshold()) {
                        predicted[i][label] = true;
                        given.add(labels.name(label));
                    }
                }
                Map<String, Object> row = new LinkedHashMap<>(examples.get(i).row());
                row.put("prediction", given);
                row.put("probabilities", probabilities);
                rows.add(row);
            }
            return new Results(rows, right.map(it -> Metric.labelSets(metrics, it, predicted)),
                    right.map(it -> Map.<String, Object>of("labels", byLabel(it, predicted))).orElse(Map.of()));
        }

        private Map<String, Object> byLabel(boolean[][] right, boolean[][] predicted) {
            List<PrecisionRecall> counts = MultiLabelScores.byLabel(right, predicted);
            Map<String, Object> byLabel = new LinkedHashMap<>();
            for (int label = 0; label < labels.size(); label++) {
                byLabel.put(labels.name(label), JsonFiles.counts(counts.get(label)));
            }
            return byLabel;
        }
    }
}
