package dev.pluglm.task;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A fine-tuning in a process of its own, to be killed at any moment: {@code KilledFinetuning CONFIG TRACE}. */
final class KilledFinetuning {
    private KilledFinetuning() {}

    /** Says each update on standard output, so that it can be killed at one. */
    public static void main(String[] arguments) {
        FinetuningConfig config = FinetuningConfig.FILE.read(Optional.of(Path.of(arguments[0])), Map.of());
        Finetuning.Listener ear = new Finetuning.Listener() {
            @Override
            public void step(dev.pluglm.training.Trainer.Report report, long steps) {
                System.out.println("step " + report.update());
            }

            @Override
            public void note(String text) {
                System.out.println(text);
            }
        };
        try (Finetuning finetuning = Finetuning.prepare(TaskKind.CLASSIFY, config, true, ear)) {
            finetuning.run();
        }
        System.out.println("done");
    }
}
