package dev.pluglm.task;

import dev.pluglm.metric.Scores;

import com.fasterxml.jackson.annotation.JsonIgnore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the epochs of a training went until now: what a checkpoint keeps beside the trainer's state.
 *
 * @param epochs that ended
 * @param bestEpoch from 1; 0 if none is yet
 * @param losses sum over the updates of the present epoch
 * @param updates of the present epoch
 * @param allUpdates of all epochs
 * @param seconds of the whole training
 */
record EpochState(List<Finetuning.Epoch> epochs, int bestEpoch, double losses, long updates, long allUpdates,
        double seconds) {

    static final EpochState START = new EpochState(List.of(), 0, 0, 0, 0, 0);

    private static final String FILE = "epochs.json";

    static EpochState read(Path checkpoint) {
        return JsonFiles.read(checkpoint.resolve(FILE), EpochState.class);
    }

    void write(Path checkpoint) {
        JsonFiles.object(checkpoint.resolve(FILE), this);
    }

    /** After an update with this loss. */
    EpochState updated(double loss) {
        return new EpochState(epochs, bestEpoch, losses + loss, updates + 1, allUpdates + 1, seconds);
    }

    EpochState took(double more) {
        return new EpochState(epochs, bestEpoch, losses, updates, allUpdates, seconds + more);
    }

    /** After the end of an epoch. */
    EpochState with(Finetuning.Epoch epoch) {
        List<Finetuning.Epoch> all = new ArrayList<>(epochs);
        all.add(epoch);
        return new EpochState(List.copyOf(all), epoch.best() ? epoch.number() : bestEpoch, 0, 0, allUpdates,
                seconds);
    }

    /** Mean over the updates of the present epoch; not a number if there are none. */
    double meanLoss() {
        return updates == 0 ? Double.NaN : losses / updates;
    }

    /** Whether these are better scores than those of all epochs before; never if they are not a number. */
    boolean isBeatenBy(Scores scores) {
        return !Double.isNaN(scores.first()) && best().map(scores::betterThan).orElse(true);
    }

    /** The best epoch's scores. */
    private Optional<Scores> best() {
        return bestEpoch == 0 ? Optional.empty() : Optional.of(new Scores(new LinkedHashMap<>(bestScores())));
    }

    /** The best epoch's scores by name; empty if there are none. */
    @JsonIgnore
    Map<String, Double> bestScores() {
        return bestEpoch == 0 ? Map.of() : epochs.get(bestEpoch - 1).dev();
    }
}
