package dev.pluglm.cli;

import dev.pluglm.pretraining.Plan;
import dev.pluglm.pretraining.Pretraining;
import dev.pluglm.pretraining.PretrainingConfig;
import dev.pluglm.training.Trainer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Shows how a pre-training goes. */
final class PretrainingProgress implements Pretraining.Listener, AutoCloseable {
    private final Console console;
    private final PretrainingConfig config;
    private final boolean shown;
    private Optional<Progress> preparing = Optional.empty();
    private Optional<Progress> training = Optional.empty();
    private Optional<Trainer.Report> last = Optional.empty();

    /** @param shown false in the processes that do not speak */
    PretrainingProgress(Console console, PretrainingConfig config, boolean shown) {
        this.console = console;
        this.config = config;
        this.shown = shown;
    }

    @Override
    public void note(String text) {
        if (shown) {
            console.note(text);
        }
    }

    @Override
    public void encoding(long done, long passages) {
        prepare("encoding the memory", "passages", done, passages);
    }

    @Override
    public void fitting(long done, long texts) {
        prepare("fitting the memory layers", "texts", done, texts);
    }

    private void prepare(String what, String unit, long done, long all) {
        if (!shown) {
            return;
        }
        Progress bar = preparing.orElseGet(() -> console.progress(what, unit, OptionalLong.of(all)));
        preparing = Optional.of(bar);
        bar.to(done);
        if (done >= all) {
            bar.close();
            preparing = Optional.empty();
        }
    }

    @Override
    public void step(Trainer.Report report) {
        last = Optional.of(report);
        Progress bar = training.orElseGet(() -> console.progress("training", "steps",
                OptionalLong.of(config.maxTrainSteps)));
        training = Optional.of(bar);
        bar.to(report.update(), () -> String.format(Locale.ROOT, "loss %.3f, %,.0f tokens/s", report.loss(),
                report.tokens() / report.seconds()));
    }

    /** Prints what a run will need. */
    void plan(Plan plan) {
        if (!shown) {
            return;
        }
        Map<String, Object> object = new LinkedHashMap<>(plan.numbers());
        if (console.isJson()) {
            console.json(object);
        } else {
            plan.lines().forEach(console::line);
        }
    }

    /** Tells what came of the run. */
    void end(Pretraining trained) {
        close();
        if (!shown) {
            return;
        }
        Path model = config.outputDir.resolve("model");
        Path memory = config.outputDir.resolve("memory");
        long passages = trained.passages();
        console.result(
                () -> "trained %s%s; the model is in %s%s".formatted(
                        Console.count(trained.trainer().position().updates(), "step"),
                        last.map(it -> String.format(Locale.ROOT, ", last loss %.3f", it.loss())).orElse(""), model,
                        passages == 0 ? "" : ", its memory of %s in %s".formatted(
                                Console.count(passages, "passage"), memory)),
                () -> Console.fields("steps", trained.trainer().position().updates(), "model", model.toString(), "passages",
                        passages));
        if (!console.isJson() && passages > 0) {
            console.note("try: pluglm fill --model %s --memory %s \"...\"".formatted(model, memory));
        }
    }

    @Override
    public void close() {
        preparing.ifPresent(Progress::close);
        training.ifPresent(Progress::close);
        preparing = Optional.empty();
        training = Optional.empty();
    }
}
