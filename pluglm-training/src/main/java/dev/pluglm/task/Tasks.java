package dev.pluglm.task;

import dev.pluglm.metric.Metric;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;
import dev.pluglm.task.data.ExampleReader;
import dev.pluglm.task.data.LabelSet;
import dev.pluglm.task.data.QuestionExample;
import dev.pluglm.task.data.QuestionExamples;
import dev.pluglm.task.data.TextExample;
import dev.pluglm.task.data.TokenExample;
import dev.pluglm.task.data.TokenExamples;
import dev.pluglm.task.data.YesNoExamples;
import dev.pluglm.text.Tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** Tasks of all kinds, with the labels of their training data or of a model. */
final class Tasks {

    private static final List<String> YES_AND_NO = List.of("no", "yes");

    private Tasks() {}

    /**
     * A task and its settings.
     *
     * @param settings as they are kept with the model
     */
    record Learned(DownstreamTask<?> task, TaskSettings settings) {}

    /** The task that a training file sets. */
    static Learned ofTraining(Path file, TaskSettings settings, Tokenizer tokenizer) {
        TextInputs inputs = new TextInputs(tokenizer, settings);
        return switch (settings.kind()) {
            case CLASSIFY -> new Learned(settings.multiLabel().<DownstreamTask<?>>map(how ->
                    labelling(inputs, settings, labelSets(file, inputs, how), how)).orElseGet(() ->
                    classification(inputs, settings, LabelSet.ofTraining(file,
                            labels(inputs.open(file), TextExample::label).stream()), inputs::open)), settings);
            case REGRESS -> new Learned(regression(inputs, settings), settings);
            case YESNO -> {
                List<String> found = labels(YesNoExamples.open(file), TextExample::label);
                // PubMedQA knows "maybe": three classes, which one number cannot tell apart.
                yield new Learned(YES_AND_NO.containsAll(found)
                        ? new YesNoQuestions(inputs, classMetrics(settings))
                        : classification(inputs, settings, LabelSet.ofTraining(file, found.stream()),
                                YesNoExamples::open), settings);
            }
            case NER -> {
                LabelSet tags = LabelSet.ofTraining(file, tags(file));
                yield new Learned(new EntityTagging(tokenizer, settings, tags), settings);
            }
            case QA -> {
                TaskSettings known = settings.mayHaveNoAnswer(anyUnanswerable(file));
                yield new Learned(new AnswerExtraction(tokenizer, known), known);
            }
        };
    }

    /** The task that a model was fine-tuned for. */
    static DownstreamTask<?> of(PlugLMConfig model, TaskSettings settings, Tokenizer tokenizer) {
        TextInputs inputs = new TextInputs(tokenizer, settings);
        LabelSet labels = LabelSet.of(model.labels());
        boolean classes = model.task() == Task.CLASSIFICATION;
        Task expected = settings.multiLabel().isPresent() ? Task.MULTI_LABEL : settings.kind().head();
        if (model.task() != expected && !(settings.kind() == TaskKind.YESNO && classes)) {
            throw Problem.of("the model's head is for %s, but its %s says %s", model.task(), TaskSettings.FILE,
                    settings.kind());
        }
        return switch (settings.kind()) {
            case CLASSIFY -> settings.multiLabel().<DownstreamTask<?>>map(how ->
                    labelling(inputs, settings, labels, how)).orElseGet(() ->
                    classification(inputs, settings, labels, inputs::open));
            case REGRESS -> regression(inputs, settings);
            case YESNO -> classes
                    ? classification(inputs, settings, labels, YesNoExamples::open)
                    : new YesNoQuestions(inputs, classMetrics(settings));
            case NER -> new EntityTagging(tokenizer, settings, labels);
            case QA -> new AnswerExtraction(tokenizer, settings);
        };
    }

    private static DownstreamTask<?> classification(TextInputs inputs, TaskSettings settings, LabelSet labels,
            Function<Path, ExampleReader<TextExample>> reader) {
        return new TextClassification(inputs, labels, classMetrics(settings), reader);
    }

    private static DownstreamTask<?> regression(TextInputs inputs, TaskSettings settings) {
        return new TextRegression(inputs, metrics(settings, Metric.Kind.NUMBERS));
    }

    private static List<Metric> classMetrics(TaskSettings settings) {
        return metrics(settings, Metric.Kind.CLASSES);
    }

    private static List<Metric> metrics(TaskSettings settings, Metric.Kind scored) {
        List<Metric> metrics = settings.scores();
        Metric.require(metrics, scored);
        return metrics;
    }

    private static TextLabelling labelling(TextInputs inputs, TaskSettings settings, LabelSet labels,
            TaskSettings.MultiLabel how) {
        return new TextLabelling(inputs, labels, metrics(settings, Metric.Kind.LABEL_SETS), how);
    }

    /** The labels of a training file whose texts have any number of them. */
    private static LabelSet labelSets(Path file, TextInputs inputs, TaskSettings.MultiLabel how) {
        TreeSet<String> found = new TreeSet<>();
        boolean several = false;
        try (Stream<TextExample> examples = inputs.open(file).stream()) {
            for (List<String> labels : (Iterable<List<String>>) examples.map(how::labels)::iterator) {
                several |= labels.size() != 1;
                found.addAll(labels);
            }
        }
        if (!several) {
            throw Problem.of("%s: every example has exactly one label; leave out multi_label%s", file,
                    how.separator().isEmpty() ? ", or say by label_separator what stands between labels"
                            : ", or correct label_separator, which is '" + Shown.of(how.separator()) + "'");
        }
        return LabelSet.ofTraining(file, found.stream());
    }

    private static <E> List<String> labels(ExampleReader<E> reader, Function<E, String> label) {
        try (Stream<E> examples = reader.stream()) {
            return examples.map(label).distinct().toList();
        }
    }

    private static Stream<String> tags(Path file) {
        try (Stream<TokenExample> examples = TokenExamples.open(file).stream()) {
            return examples.flatMap(example -> EntityTagging.tags(example).stream()).distinct().toList().stream();
        }
    }

    private static boolean anyUnanswerable(Path file) {
        try (Stream<QuestionExample> examples = QuestionExamples.open(file).stream()) {
            return examples.anyMatch(QuestionExample::isUnanswerable);
        }
    }
}
