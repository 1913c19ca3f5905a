package dev.pluglm.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;

import java.util.Locale;

/**
 * How many of how many.
 *
 * @param hits 0 to {@code of}
 * @param of how many there were
 */
public record Share(long hits, long of) {

    /** Nothing yet. */
    public static final Share NONE = new Share(0, 0);

    public Share {
        if (hits < 0 || hits > of) {
            throw new IllegalArgumentException("%d hits of %d".formatted(hits, of));
        }
    }

    /** With one more. */
    public Share with(boolean hit) {
        return new Share(hits + (hit ? 1 : 0), of + 1);
    }

    /** 0 to 100; 0 where there were none. */
    @JsonProperty
    public double percent() {
        return of == 0 ? 0 : 100.0 * hits / of;
    }

    /** Standard error of {@link #percent} as that of a binomial share, in percentage points. */
    @JsonProperty
    public double standardError() {
        double share = percent() / 100;
        return of == 0 ? 0 : 100 * Math.sqrt(share * (1 - share) / of);
    }

    /** Such as {@code 43.2}; a dash where there were none. */
    @Override
    public String toString() {
        return of == 0 ? "-" : String.format(Locale.ROOT, "%.1f", percent());
    }
}
