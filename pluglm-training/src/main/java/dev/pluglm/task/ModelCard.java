package dev.pluglm.task;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.training.HtmlPage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model is, for whoever finds it, in the sections that model cards have on Hugging Face. It says names of files
 * but not where they are.
 */
final class ModelCard {

    static final String FILE = "README.md";

    /** Settings that are of this machine, or told elsewhere. */
    private static final Set<String> PLACES = Set.of("model", "train_file", "dev_file", "test_file", "output_dir",
            "memory", "seed", "seeds", "grid", "device", "threads", "ckpt_steps", "per_device_eval_batch_size",
            "max_seq_len");
    private static final Set<String> OF_ANSWERS = Set.of("doc_stride", "max_answer_length", "n_best_size",
            "null_score_diff_threshold");
    private static final Set<String> OF_LABEL_SETS = Set.of("multi_label", "label_separator", "threshold");
    /** Values of settings that are not used. */
    private static final Set<String> OFF = Set.of("", "false", "0", "0.0", "null");

    private final StringBuilder card = new StringBuilder();
    private final FinetuningConfig config;
    private final Material material;
    private final RunResult result;
    private final TaskSettings settings;

    private ModelCard(FinetuningConfig config, Material material, RunResult result) {
        this.config = config;
        this.material = material;
        this.result = result;
        settings = material.learned().settings();
    }

    /** Writes the card of a training's model beside it. */
    static void write(RunDirectory directory, FinetuningConfig config, Material material, RunResult result) {
        ModelCard card = new ModelCard(config, material, result);
        card.head();
        card.data();
        card.scores();
        card.memories();
        card.training();
        card.limits();
        AtomicFiles.write(directory.model().resolve(FILE), card.card.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void head() {
        line("---", "library_name: pluglm", "pipeline_tag: " + switch (settings.kind()) {
            case CLASSIFY, REGRESS, YESNO -> "text-classification";
            case NER -> "token-classification";
            case QA -> "question-answering";
        }, "tags: [pluglm, plug-in-memory]", "---", "");
        line("# " + escaped(name(config.model)) + ", fine-tuned: " + switch (settings.kind()) {
            case CLASSIFY -> settings.multiLabel().isPresent() ? "labels of texts" : "a label for each text";
            case REGRESS -> "a number for each text";
            case NER -> "named entities";
            case QA -> "answers in texts";
            case YESNO -> "yes or no";
        }, "");
        line("A PlugLM model: BERT with memory layers that look passages up in memories, which are plugged in and can"
                + " be changed without training.", "", "- Base model: " + escaped(material.base().origin()));
        List<String> labels = labels();
        if (!labels.isEmpty()) {
            line("- Labels (%d): %s%s".formatted(labels.size(), escaped(String.join(", ",
                    labels.subList(0, Math.min(50, labels.size())))), labels.size() > 50 ? ", ..." : ""));
        }
        line("", "## How to use", "", "```", "pluglm predict --model MODEL%s FILE".formatted(
                material.memories().isEmpty() ? "" : " --memory MEMORY"), "```", "");
    }

    private List<String> labels() {
        return switch (material.learned().task()) {
            case TextClassification classes -> classes.labels().names();
            case TextLabelling several -> several.labels().names();
            case YesNoQuestions _ -> YesNoQuestions.LABELS.names();
            case EntityTagging tags -> tags.labels().names();
            case TextRegression _, AnswerExtraction _ -> List.of();
        };
    }

    private void data() {
        line("## Data", "", "| file | name | examples |", "|---|---|---|", row("train", name(config.trainFile),
                material.train().size()));
        config.devFile.ifPresent(file -> line(row("dev", name(file), material.dev().orElseThrow().size())));
        config.testFile.ifPresent(file -> line(row("test", name(file), material.test().orElseThrow().size())));
        line("");
    }

    private void scores() {
        line("## Scores", "");
        if (result.dev().isEmpty() && result.test().isEmpty()) {
            line("The model was not scored: there was neither a dev file nor a test file.", "");
            return;
        }
        line("Of the model of epoch %d of %d, seed %d%s.".formatted(result.bestEpoch(), result.epochs().size(),
                result.seed(), result.dev().isEmpty() ? "" : ", which the dev file chose"), "",
                "| file | score | value |", "|---|---|---|");
        result.dev().forEach((name, score) -> line(row("dev", name, score)));
        result.test().forEach((name, score) -> line(row("test", name, score)));
        line("");
    }

    private void memories() {
        line("## Memories", "");
        if (material.memories().isEmpty()) {
            line("None was plugged in while it was trained and scored.", "");
            return;
        }
        line("Plugged in while it was trained and scored: " + escaped(String.join(", ", material.memories().stream()
                .map(ModelCard::name).toList())) + ". Any other memory that was made with the same encoder fits too.",
                "");
        if (result.memoryUse().get("layers") instanceof List<?> layers) {
            line("| layer | memory | share of hits | samples touched | mean weight |", "|---|---|---|---|---|");
            layers.forEach(each -> {
                Map<?, ?> use = (Map<?, ?>) each;
                line(row(use.get("layer"), use.get("memory"), use.get("share_of_hits"), use.get("samples_touched"),
                        use.get("mean_weight")));
            });
            line("");
        }
    }

    private void training() {
        line("## Training", "", "%d updates with inputs of at most %d tokens.".formatted(result.steps(),
                settings.maxSeqLen()), "", "| setting | value |", "|---|---|");
        FinetuningConfig.FILE.values(config).forEach((name, value) -> {
            if (isTold(name) && !OFF.contains(String.valueOf(value))) {
                line(row(name, value.toString()));
            }
        });
        line("");
    }

    private boolean isTold(String setting) {
        return !PLACES.contains(setting)
                && (settings.kind() == TaskKind.QA || !OF_ANSWERS.contains(setting))
                && (settings.multiLabel().isPresent() || !OF_LABEL_SETS.contains(setting));
    }

    private void limits() {
        String length = switch (settings.kind()) {
            case NER -> "- Sentences of more than %d tokens are read in pieces.";
            case QA -> "- Texts of more than %d tokens are read in pieces that overlap; an answer is one piece.";
            case CLASSIFY, REGRESS, YESNO -> "- Texts of more than %d tokens lose their ends.";
        };
        line("## Limits", "", length.formatted(settings.maxSeqLen()));
        if (!labels().isEmpty()) {
            line("- It knows no other labels than those above.");
        }
        line("- The scores are those of the files above; texts of another kind may fare worse.",
                "- What it says depends on what is plugged in: it learned to use passages like those above, and"
                        + " believes wrong ones.");
    }

    private void line(String... lines) {
        List.of(lines).forEach(each -> card.append(each).append('\n'));
    }

    private static String row(Object... cells) {
        StringBuilder row = new StringBuilder("|");
        for (Object cell : cells) {
            row.append(' ').append(escaped(HtmlPage.shown(cell))).append(" |");
        }
        return row.toString();
    }

    private static String name(Path file) {
        return String.valueOf(file.toAbsolutePath().normalize().getFileName());
    }

    /** Text that Markdown shows as it is written, on one line. */
    private static String escaped(String text) {
        return HtmlPage.escaped(text.replaceAll("[\\\\`*_{}\\[\\]|#!~]", "\\\\$0"));
    }
}
