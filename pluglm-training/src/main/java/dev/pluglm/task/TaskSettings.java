package dev.pluglm.task;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.metric.Metric;
import dev.pluglm.problem.Problem;
import dev.pluglm.task.data.TextColumns;
import dev.pluglm.task.data.TextExample;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a fine-tuned model reads its inputs and what it is scored by: what it needs beside its weights to predict as it
 * was trained. Stands in its directory as {@value #FILE}.
 *
 * @param kind which task
 * @param maxSeqLen longest input in tokens
 * @param tagged whether {@code [unused1]} stands before each text
 * @param metrics by name
 * @param columns names of columns: text, pair, label; empty for the usual ones, a name may be empty
 * @param docStride tokens that neighbouring windows share
 * @param maxAnswerLength longest answer in tokens
 * @param nBestSize answers to weigh
 * @param nullScoreDiffThreshold answer nothing if that is better by more than this
 * @param mayHaveNoAnswer whether questions without an answer were learned
 * @param multiLabel how labels are read and given where a text has any number of them; empty where it has one
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record TaskSettings(
        TaskKind kind,
        int maxSeqLen,
        boolean tagged,
        String metrics,
        List<String> columns,
        int docStride,
        int maxAnswerLength,
        int nBestSize,
        double nullScoreDiffThreshold,
        boolean mayHaveNoAnswer,
        Optional<MultiLabel> multiLabel) {

    static final String FILE = "task.json";

    private static final JsonMapper JSON = JsonMapper.builder().addModule(new Jdk8Module())
            .enable(SerializationFeature.INDENT_OUTPUT).build();

    public TaskSettings {
        // Models that were made before there was such a thing do not say it.
        multiLabel = multiLabel == null ? Optional.empty() : multiLabel;
    }

    /**
     * Any number of labels for a text.
     *
     * @param separator what stands between labels in a string; empty where they are lists
     * @param threshold a label is given if its probability is at least this
     */
    public record MultiLabel(String separator, double threshold) {

        /** The labels of an example: of a list, or of strings that are taken apart. */
        List<String> labels(TextExample example) {
            List<String> written = example.labels().orElseThrow(() -> example.place().problem(
                    "no labels; expected %s", separator.isEmpty()
                            ? "a list of them, [] where none applies"
                            : "some with '%s' between them, '%s' alone where none applies".formatted(separator,
                                    separator)));
            return written.stream()
                    .flatMap(it -> separator.isEmpty() ? Stream.of(it) : Stream.of(it.split(Pattern.quote(separator))))
                    .map(String::strip).filter(it -> !it.isEmpty()).distinct().toList();
        }
    }

    /** As a configuration asks for. */
    static TaskSettings of(TaskKind kind, FinetuningConfig config) {
        Optional<MultiLabel> several = config.multiLabel
                ? Optional.of(new MultiLabel(config.labelSeparator, config.threshold)) : Optional.empty();
        String usual = several.isPresent() ? "micro_f1,macro_f1,samples_f1,accuracy" : kind.metrics();
        String metrics = config.metrics.isBlank() ? usual : config.metrics;
        int longest = config.maxSeqLen > 0 ? config.maxSeqLen : kind.maxSeqLen();
        return new TaskSettings(kind, longest, config.tagged, metrics,
                config.textColumn.map(text -> List.of(text, config.pairColumn.orElse(""),
                        config.labelColumn.orElse(""))).orElse(List.of()),
                config.docStride, config.maxAnswerLength, config.nBestSize, config.nullScoreDiffThreshold, false,
                several);
    }

    TaskSettings mayHaveNoAnswer(boolean may) {
        return new TaskSettings(kind, maxSeqLen, tagged, metrics, columns, docStride, maxAnswerLength, nBestSize,
                nullScoreDiffThreshold, may, multiLabel);
    }

    /** With inputs of at most so many tokens. */
    TaskSettings atMost(int tokens) {
        return new TaskSettings(kind, Math.min(maxSeqLen, tokens), tagged, metrics, columns, docStride,
                maxAnswerLength, nBestSize, nullScoreDiffThreshold, mayHaveNoAnswer, multiLabel);
    }

    /**
     * Giving labels whose probability is at least this.
     *
     * @throws Problem if it gives one label for each text
     */
    TaskSettings threshold(double threshold) {
        MultiLabel several = multiLabel.orElseThrow(() -> new Problem("the model gives each text one label, for which"
                + " there is no threshold; it was fine-tuned without multi_label"));
        return new TaskSettings(kind, maxSeqLen, tagged, metrics, columns, docStride, maxAnswerLength, nBestSize,
                nullScoreDiffThreshold, mayHaveNoAnswer, Optional.of(new MultiLabel(several.separator(), threshold)));
    }

    /** The columns of texts and labels, if they were named. */
    Optional<TextColumns> textColumns() {
        return columns.isEmpty() ? Optional.empty() : Optional.of(new TextColumns(columns.get(0),
                Optional.of(columns.get(1)).filter(it -> !it.isEmpty()),
                Optional.of(columns.get(2)).filter(it -> !it.isEmpty())));
    }

    /** @throws Problem if one is not known */
    List<Metric> scores() {
        return Metric.named(metrics);
    }

    void write(Path directory) {
        try {
            AtomicFiles.write(directory.resolve(FILE), JSON.writeValueAsBytes(this));
        } catch (JacksonException e) {
            throw new IllegalStateException("settings can always be written", e);
        }
    }

    /** @throws Problem if the model has none: it was not fine-tuned here */
    static TaskSettings read(Path model) {
        Path file = model.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw Problem.of("%s: has no %s; expected the model that pluglm finetune wrote", model, FILE);
        }
        try {
            TaskSettings read = JSON.readValue(Files.readAllBytes(file), TaskSettings.class);
            if (read == null || read.kind == null || read.metrics == null || read.columns == null
                    || read.columns.size() % 3 != 0 || read.maxSeqLen < 8
                    || read.multiLabel.filter(it -> it.separator() == null
                            || !(it.threshold() >= 0 && it.threshold() <= 1)).isPresent()
                    || read.docStride < 0 || read.maxAnswerLength < 1 || read.nBestSize < 1) {
                throw Problem.of("%s: a setting is missing or out of range; fine-tune the model again", file);
            }
            return read;
        } catch (IOException e) {
            throw new Problem("%s: is damaged (%s); fine-tune the model again".formatted(file,
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")), e);
        }
    }
}
