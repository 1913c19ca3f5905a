package dev.pluglm.pretraining;

import dev.pluglm.training.Ensemble;

import java.nio.file.Path;

/** A run in a process of its own, to be killed at any moment: {@code KilledRun DIRECTORY DROPOUT}. */
final class KilledRun {
    private KilledRun() {}

    static Pretraining prepare(Path directory, double dropout, Pretraining.Listener listener) {
        PretrainingConfig config = PretrainingFixture.config(directory);
        config.maxTrainSteps = 30;
        config.ckptSteps = 2;
        config.refreshingSteps = 3;
        config.model.orElseThrow().hiddenDropoutProb = dropout;
        return Pretraining.prepare(config, true, Ensemble.alone(), listener);
    }

    public static void main(String[] arguments) {
        PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
        try (Pretraining training = prepare(Path.of(arguments[0]), Double.parseDouble(arguments[1]), ear)) {
            ear.notes.forEach(System.out::println);
            training.run();
        }
        System.out.println("done");
    }
}
