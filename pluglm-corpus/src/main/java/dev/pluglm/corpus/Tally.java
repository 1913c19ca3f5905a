package dev.pluglm.corpus;

import java.util.ArrayList;
import java.util.List;

/** Counts what the readers of one corpus meet, and keeps the first bad records as examples. For one thread. */
final class Tally {
    private static final int EXAMPLES = 10;

    private long documents;
    private long skipped;
    private long bad;
    private final List<BadRecord> examples = new ArrayList<>();

    void document() {
        documents++;
    }

    void skipped() {
        skipped++;
    }

    void bad(String place, String reason) {
        bad++;
        if (examples.size() < EXAMPLES) {
            examples.add(new BadRecord(place, reason));
        }
    }

    ReadCounts counts() {
        return new ReadCounts(documents, skipped, bad, examples);
    }
}
