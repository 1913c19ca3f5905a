package dev.pluglm.task;

import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.problem.Problem;
import dev.pluglm.training.RunCheckpoints;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where one training keeps what it makes. */
record RunDirectory(Path path) {

    private static final String CHECKPOINTS = "checkpoints";
    private static final String RESULT = "run.json";
    private static final String LOG = "log.jsonl";
    /** A directory for each setting of a grid. */
    private static final int DEEPEST = 32;

    /** The best epoch's model. */
    Path model() {
        return path.resolve("model");
    }

    Path predictions() {
        return path.resolve("predictions.jsonl");
    }

    /** Of each update; see {@link dev.pluglm.training.MetricsLog}. */
    Path log() {
        return path.resolve(LOG);
    }

    /** What the training goes on from when it was stopped: the newest state only. */
    RunCheckpoints checkpoints() {
        return new RunCheckpoints(path.resolve(CHECKPOINTS), 1);
    }

    void make() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new Problem(path + ": could not be made: " + e.getMessage(), e);
        }
    }

    void deleteModel() {
        delete(model());
    }

    /** What came of the training, if it is finished. */
    Optional<RunResult> result() {
        Path file = path.resolve(RESULT);
        return Files.exists(file) ? Optional.of(JsonFiles.read(file, RunResult.class)) : Optional.empty();
    }

    /** Ends the training: nothing is left to go on from. */
    void finish(RunResult result) {
        JsonFiles.object(path.resolve(RESULT), result);
        delete(path.resolve(CHECKPOINTS));
    }

    /** Forgets a training that was begun here, but not its model. */
    void forget() {
        List.of(RESULT, LOG, CHECKPOINTS).forEach(name -> delete(path.resolve(name)));
        deleteUnfinished();
    }

    /** Deletes what killed processes left behind. */
    void deleteUnfinished() {
        try (Stream<Path> files = Files.list(path)) {
            files.filter(it -> it.getFileName().toString().endsWith(AtomicFiles.SUFFIX)).forEach(RunDirectory::delete);
        } catch (IOException e) {
            throw new Problem(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The trainings that were begun in a directory or below it. */
    static List<RunDirectory> below(Path directory) {
        try (Stream<Path> found = Files.find(directory, DEEPEST, (file, _) ->
                List.of(RESULT, LOG, CHECKPOINTS).contains(file.getFileName().toString()))) {
            return found.map(Path::getParent).distinct()
                    // A checkpoint has a file of the same name as a run.
                    .filter(it -> !it.getParent().endsWith(CHECKPOINTS)).map(RunDirectory::new).toList();
        } catch (IOException e) {
            throw new Problem(directory + ": cannot be read: " + e.getMessage(), e);
        }
    }

    static void delete(Path file) {
        try {
            AtomicFiles.deleteTree(file);
        } catch (IOException e) {
            throw new Problem(file + ": could not be deleted: " + e.getMessage(), e);
        }
    }
}
