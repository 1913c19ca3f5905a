package dev.pluglm.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Scores by the names of their metrics, in the order in which they were asked for. The first one decides which of
 * several models is the best: the higher, the better.
 */
public record Scores(SequencedMap<String, Double> byName) {

    public Scores {
        if (byName.isEmpty()) {
            throw new IllegalArgumentException("no scores; expected at least one");
        }
        byName = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byName));
    }

    /** The score that decides; may be NaN. */
    public double first() {
        return byName.firstEntry().getValue();
    }

    /** Whether these are better: never if the first score is NaN, always if only the other's is; not if equal. */
    public boolean betterThan(Scores other) {
        return first() > other.first() || Double.isNaN(other.first()) && !Double.isNaN(first());
    }

    @Override
    public String toString() {
        return byName.entrySet().stream().map(Scores::shown).collect(java.util.stream.Collectors.joining(", "));
    }

    private static String shown(Map.Entry<String, Double> score) {
        return "%s %.4f".formatted(score.getKey(), score.getValue());
    }
}
