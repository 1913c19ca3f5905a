package dev.pluglm.task;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;
import dev.pluglm.training.Ensemble;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** All trainings of a fine-tuning: each combination of its grid with each seed. What is finished is not done again. */
record Trials(FinetuningConfig config, Material material, boolean goOn, Ensemble ensemble,
        Finetuning.Listener listener) {

    Report run() {
        List<Grid.Point> points = config.grid.points();
        List<Trial> trials = new ArrayList<>();
        int best = 0;
        for (Grid.Point point : points) {
            if (points.size() > 1) {
                listener.note("%d of %d: %s".formatted(trials.size() + 1, points.size(), point));
            }
            trials.add(trial(point));
            // Only the best one's models are worth their room.
            int worse = trials.size() - 1;
            if (trials.getLast().first() > trials.get(best).first()) {
                worse = best;
                best = trials.size() - 1;
            }
            if (worse != best && ensemble.isFirst()) {
                trials.get(worse).directories().forEach(RunDirectory::deleteModel);
            }
        }
        Report report = Report.of(config, material, trials, best);
        if (!ensemble.isFirst()) {
            return report;
        }
        RunDirectory chosen = trials.get(best).best();
        if (!chosen.path().equals(config.outputDir)) {
            present(chosen);
        }
        ReportPage.write(config.outputDir.resolve(Finetuning.PAGE), config, report, trials.get(best));
        return report;
    }

    private Trial trial(Grid.Point point) {
        FinetuningConfig trained = point.over(config);
        Path directory = point.directory(config.outputDir);
        List<RunDirectory> directories = IntStream.range(0, config.seeds).mapToObj(i -> new RunDirectory(
                config.seeds == 1 ? directory : directory.resolve("seed-" + (config.seed + i)))).toList();
        List<RunResult> results = new ArrayList<>();
        for (RunDirectory each : directories) {
            results.add(run(point, new FinetuningRun(trained, material, each, config.seed + results.size(), goOn,
                    ensemble, listener)));
        }
        return new Trial(point, directories, results);
    }

    private RunResult run(Grid.Point point, FinetuningRun run) {
        try {
            return run.run();
        } catch (Problem e) {
            if (config.grid.isEmpty()) {
                throw e;
            }
            throw new Problem("with %s: %s; the others can be gone on with by --resume auto and a grid without it"
                    .formatted(point, e.getMessage()), e);
        }
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
