package dev.pluglm.cli;

import dev.pluglm.task.Finetuning;
import dev.pluglm.training.Trainer;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Shows how a fine-tuning goes. */
final class FinetuningProgress implements Finetuning.Listener, AutoCloseable {
    private final Console console;
    private Optional<Progress> encoding = Optional.empty();
    private Optional<Progress> training = Optional.empty();

    FinetuningProgress(Console console) {
        this.console = console;
    }

    @Override
    public void note(String text) {
        console.note(text);
    }

    @Override
    public void encoding(long done, long passages) {
        Progress bar = encoding.orElseGet(() -> console.progress("encoding the training examples", "passages",
                OptionalLong.of(passages)));
        encoding = Optional.of(bar);
        bar.to(done);
        if (done >= passages) {
            bar.close();
            encoding = Optional.empty();
        }
    }

    @Override
    public void step(Trainer.Report report, long steps) {
        Progress bar = training.orElseGet(() -> console.progress("training", "steps", OptionalLong.of(steps)));
        training = Optional.of(bar);
        bar.to(report.update(), () -> String.format(Locale.ROOT, "loss %.3f, %,.0f tokens/s", report.loss(),
                report.tokens() / report.seconds()));
        if (report.update() >= steps) {
            bar.close();
            training = Optional.empty();
        }
    }

    @Override
    public void epoch(Finetuning.Epoch epoch) {
        console.note(String.format(Locale.ROOT, "epoch %d: loss %.4f%s, %.1f s%s", epoch.number(), epoch.trainLoss(),
                epoch.dev().entrySet().stream().map(score -> String.format(Locale.ROOT, ", %s %.4f", score.getKey(),
                        score.getValue())).collect(Collectors.joining()),
                epoch.seconds(), epoch.best() && !epoch.dev().isEmpty() ? " (the best so far)" : ""));
    }

    @Override
    public void close() {
        encoding.ifPresent(Progress::close);
        training.ifPresent(Progress::close);
        encoding = Optional.empty();
        training = Optional.empty();
    }
}
