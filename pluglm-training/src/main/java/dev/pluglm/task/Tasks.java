package dev.pluglm.task;

import dev.pluglm.metric.Metric;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.Task;
import dev.pluglm.problem.Problem;
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
            case CLASSIFY -> new Learned(classification(inputs, settings, LabelSet.ofTraining(file,
                    labels(inputs.open(file), TextExample::label).stream()), inputs::open), settings);
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
        boolean several = model.task() == Task.CLASSIFICATION;
        if (model.task() != settings.kind().head() && !(settings.kind() == TaskKind.YESNO && several)) {
            throw Problem.of("the model's head is for %s, but its %s says %s", model.task(), TaskSettings.FILE,
                    settings.kind());
        }
        return switch (settings.kind()) {
            case CLASSIFY -> classification(inputs, settings, labels, inputs::open);
            case REGRESS -> regression(inputs, settings);
            case YESNO -> several
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
        List<Metric> metrics = settings.scores();
        metrics.stream().filter(Metric::scoresClasses).findFirst().ifPresent(wrong -> {
            throw Problem.of("%s is a score of classes; regression is scored by pearson and spearman", wrong.title());
        });
        return new TextRegression(inputs, metrics);
    }

    private static List<Metric> classMetrics(TaskSettings settings) {
        List<Metric> metrics = settings.scores();
        metrics.stream().filter(metric -> !metric.scoresClasses()).findFirst().ifPresent(wrong -> {
            throw Problem.of("%s is a score of numbers; for classes take accuracy, binary_f1, macro_f1, micro_f1 or "
                    + "matthews", wrong.title());
        });
        return metrics;
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
