package dev.pluglm.task;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All trainings of a fine-tuning, one for each seed; what is finished is not done again. */
record Trials(FinetuningConfig config, Material material, boolean goOn, Finetuning.Listener listener) {

    Report run() {
        List<RunResult> results = new ArrayList<>();
        for (int i = 0; i < config.seeds; i++) {
            results.add(new FinetuningRun(config, material, directory(i), config.seed + i, goOn, listener).run());
        }
        if (config.seeds > 1) {
            present(directory(best(results)));
        }
        return Report.of(config, material, results);
    }

    private RunDirectory directory(int number) {
        return new RunDirectory(config.seeds == 1 ? config.outputDir
                : config.outputDir.resolve("seed-" + (config.seed + number)));
    }

    /** Which is the best on the dev file; the first of equals. */
    private static int best(List<RunResult> results) {
        int best = 0;
        for (int i = 1; i < results.size(); i++) {
            best = results.get(i).first() > results.get(best).first() ? i : best;
        }
        return best;
    }

    /** Puts the model and the predictions of a training where those of the whole are looked for. */
    private void present(RunDirectory chosen) {
        RunDirectory whole = new RunDirectory(config.outputDir);
        AtomicFiles.replaceDirectory(whole.model(), target -> copy(chosen.model(), target));
        if (Files.exists(chosen.predictions())) {
            try {
                AtomicFiles.write(whole.predictions(), Files.readAllBytes(chosen.predictions()));
            } catch (IOException e) {
                throw new Problem(chosen.predictions() + ": cannot be read: " + e.getMessage(), e);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copied = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copied.getParent());
                Files.copy(file, copied);
            }
        }
    }
}
