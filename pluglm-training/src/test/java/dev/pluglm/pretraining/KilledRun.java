package dev.pluglm.pretraining;

import dev.pluglm.training.Ensemble;

import java.nio.file.Path;

/** A run in a process of its own, to be killed at any moment: {@code KilledRun DIRECTORY DROPOUT}. */
final class KilledRun {
    private KilledRun() {}

    public static void main(String[] arguments) {
        PretrainingConfig config = PretrainingFixture.config(Path.of(arguments[0]));
        config.maxTrainSteps = 30;
        config.ckptSteps = 2;
        config.refreshingSteps = 3;
        config.model.orElseThrow().hiddenDropoutProb = Double.parseDouble(arguments[1]);
        PretrainingFixture.Ear ear = new PretrainingFixture.Ear();
        try (Pretraining training = Pretraining.prepare(config, true, Ensemble.alone(), ear)) {
            ear.notes.forEach(System.out::println);
            training.run();
        }
        System.out.println("done");
    }
}
