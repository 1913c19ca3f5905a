package dev.pluglm.benchmarks;

import dev.pluglm.task.Finetuning;
import dev.pluglm.task.FinetuningConfig;
import dev.pluglm.task.TaskKind;
import dev.pluglm.training.Trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Time of a step of fine-tuning a classifier, with optimizer and data, as {@code pluglm finetune classify} makes it.
 * {@code quality/beside_transformers.py} runs it in turns with the transformers library.
 *
 * <p>Arguments: model directory, labelled texts, steps, batch size, longest input, number format, threads. The first
 * third of the steps does not count: the JVM has compiled by then.
 */
public final class FinetuningBenchmark {

    private FinetuningBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        FinetuningConfig config = new FinetuningConfig();
        config.model = Path.of(arguments[0]);
        config.trainFile = Path.of(arguments[1]);
        config.maxTrainSteps = Integer.parseInt(arguments[2]);
        config.perDeviceTrainBatchSize = Integer.parseInt(arguments[3]);
        config.maxSeqLen = Integer.parseInt(arguments[4]);
        config.dtype = arguments[5];
        config.threads = Integer.parseInt(arguments[6]);
        config.groupByLength = false;
        config.outputDir = Files.createTempDirectory("finetuning-benchmark");
        Medians medians = new Medians();
        Finetuning.Listener timer = new Finetuning.Listener() {
            @Override
            public void step(Trainer.Report report, long steps) {
                medians.end();
                if (report.update() == steps / 3) {
                    medians.restart();
                }
                medians.begin();
            }
        };
        try (Finetuning finetuning = Finetuning.prepare(TaskKind.CLASSIFY, config, false, timer)) {
            medians.begin();
            finetuning.run();
        }
        medians.print("fine-tune %d x %d (%s), sequences".formatted(config.perDeviceTrainBatchSize, config.maxSeqLen,
                config.dtype), config.perDeviceTrainBatchSize);
        System.out.println("the model is in " + config.outputDir);
    }
}
