package dev.pluglm.task;

import dev.pluglm.PlugLM;
import dev.pluglm.metric.Scores;
import dev.pluglm.problem.Problem;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.Place;
import dev.pluglm.task.data.Pooled;
import dev.pluglm.task.data.TextExample;
import dev.pluglm.tensor.Precision;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A fine-tuned model with memories plugged in, which may be others than it was trained with.
 *
 * <pre>{@code
 * try (TaskModel model = TaskModel.load(Path.of("run/model")).plug(Path.of("memory"))) {
 *     model.predict(Path.of("texts.jsonl"), TaskModel.Options.DEFAULT, System.out::println);
 * }
 * }</pre>
 *
 * <p>Predictions may run on several threads at once.
 */
public final class TaskModel implements AutoCloseable {

    /** Examples that are in memory at once. */
    private static final int CHUNK = 1024;

    private final PlugLM plugged;
    private TaskSettings settings;
    private DownstreamTask<?> task;

    private TaskModel(PlugLM plugged, TaskSettings settings) {
        this.plugged = plugged;
        this.settings = settings.atMost(plugged.model().config().maxPositionEmbeddings());
        this.task = Tasks.of(plugged.model().config(), this.settings, plugged.tokenizer());
    }

    /**
     * How to predict.
     *
     * @param batchSize inputs computed at once; changes nothing but speed and memory
     * @param evidence how many passages to tell with each prediction, those with the largest weight; 0 for none
     */
    public record Options(int batchSize, int evidence) {
        public static final Options DEFAULT = new Options(8, 0);
    }

    /** Loads a fine-tuned model, in fp32, on the CPU. */
    public static TaskModel load(Path directory) {
        return load(directory, "cpu", Precision.FP32);
    }

    /**
     * Loads a fine-tuned model.
     *
     * @param directory the {@code model} that a fine-tuning wrote
     * @throws Problem if there is none, or it is damaged
     */
    public static TaskModel load(Path directory, String device, Precision precision) {
        PlugLM plugged = PlugLM.load(directory, device, precision);
        try {
            return new TaskModel(plugged, TaskSettings.read(directory));
        } catch (RuntimeException e) {
            plugged.close();
            throw e;
        }
    }

    /**
     * Plugs memories in, in place of those before; none to predict without.
     *
     * @throws Problem if one does not fit the model
     */
    public TaskModel plug(Path... directories) {
        plugged.plug(directories);
        return this;
    }

    /**
     * Sets from which probability on a label is given, in place of the one it was fine-tuned with.
     *
     * @param threshold 0 to 1
     * @throws Problem if the model gives one label for each text
     */
    public TaskModel threshold(double threshold) {
        if (!(threshold >= 0 && threshold <= 1)) {
            throw Problem.of("the threshold is %s; expected 0 to 1", threshold);
        }
        settings = settings.threshold(threshold);
        task = Tasks.of(plugged.model().config(), settings, plugged.tokenizer());
        return this;
    }

    /** What it was fine-tuned for. */
    public TaskKind kind() {
        return settings.kind();
    }

    /** The labels that it can give, in the order of its outputs; empty where it gives none. */
    public List<String> labels() {
        return plugged.model().config().labels();
    }

    /**
     * Predicts a file of any size.
     *
     * @param sink takes for each example, in their order, all of its columns, and {@code prediction} and what comes
     *     with it; maps of strings, numbers, booleans, lists and maps
     * @return how many there were
     */
    public long predict(Path file, Options options, Consumer<Map<String, Object>> sink) {
        return predict(task, file, options, sink);
    }

    private <E> long predict(DownstreamTask<E> kind, Path file, Options options, Consumer<Map<String, Object>> sink) {
        long count = 0;
        try (ExampleReader<E> reader = kind.open(file)) {
            while (reader.hasNext()) {
                List<E> chunk = new ArrayList<>();
                while (chunk.size() < CHUNK && reader.hasNext()) {
                    chunk.add(reader.next());
                }
                rows(kind.data(chunk, false), options).forEach(sink);
                count += chunk.size();
            }
        }
        return count;
    }

    private List<Map<String, Object>> rows(TaskData data, Options options) {
        FoundPassages found = new FoundPassages(data, options.evidence());
        float[][] outputs = Outputs.of(plugged, data.samples(), options.batchSize(),
                options.evidence() > 0 ? found : Lookups.NONE);
        List<Map<String, Object>> rows = data.results(outputs).rows();
        if (options.evidence() == 0) {
            return rows;
        }
        List<Map<String, Object>> withEvidence = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Map<String, Object> row = new LinkedHashMap<>(rows.get(i));
            row.put("evidence", found.of(i));
            withEvidence.add(row);
        }
        return withEvidence;
    }

    /**
     * Predicts one text, or a pair: for yes/no models the question, then the text that tells.
     *
     * @param pair the second text; empty for a single one
     * @return {@code prediction} and what comes with it, as {@link #predict(Path, Options, Consumer)} gives it
     * @throws Problem if the model was fine-tuned for entities or answers, whose examples are files
     */
    public Map<String, Object> predict(String text, Optional<String> pair, Options options) {
        TextExample example = new TextExample(Optional.empty(), text, pair, Optional.empty(), new LinkedHashMap<>(),
                new Place(Path.of("the text"), "line", 1));
        return rows(switch (task) {
            case TextClassification classes -> classes.data(List.of(example), false);
            case TextLabelling labels -> labels.data(List.of(example), false);
            case TextRegression numbers -> numbers.data(List.of(example), false);
            case YesNoQuestions answers -> answers.data(List.of(Pooled.of(example)), false);
            case EntityTagging _, AnswerExtraction _ -> throw Problem.of(
                    "this model was fine-tuned for %s; give it a file of examples", settings.kind());
        }, options).getFirst();
    }

    /**
     * Scores the model on labelled examples.
     *
     * @throws Problem if an example has no label, or one that was not there in training
     */
    public Scores evaluate(Path file, int batchSize) {
        TaskData data = task.read(file);
        return data.results(Outputs.of(plugged, data.samples(), batchSize, Lookups.NONE)).scores().orElseThrow();
    }

    @Override
    public void close() {
        plugged.close();
    }
}
