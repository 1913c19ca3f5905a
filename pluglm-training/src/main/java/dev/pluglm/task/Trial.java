package dev.pluglm.task;

import java.util.List;

/**
 * A combination of a grid, with all its seeds.
 *
 * @param directories of its trainings
 * @param results of them, at least one
 */
record Trial(Grid.Point point, List<RunDirectory> directories, List<RunResult> results) {

    /** The mean of the score that decides; the lowest of all if there is none. */
    double first() {
        return results.stream().mapToDouble(RunResult::first).average().orElseThrow();
    }

    /** Where the best of its trainings is. */
    RunDirectory best() {
        return directories.get(bestNumber());
    }

    RunResult bestResult() {
        return results.get(bestNumber());
    }

    /** The first of equals. */
    private int bestNumber() {
        int best = 0;
        for (int i = 1; i < results.size(); i++) {
            best = results.get(i).first() > results.get(best).first() ? i : best;
        }
        return best;
    }
}
