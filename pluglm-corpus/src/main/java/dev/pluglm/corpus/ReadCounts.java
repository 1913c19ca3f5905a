package dev.pluglm.corpus;

import java.util.List;

/**
 * What a reader has met so far.
 *
 * @param documents documents delivered
 * @param skipped records that are fine but no text to learn from: redirects, talk pages, citations without abstract
 * @param bad records that could not be read
 * @param examples the first few of the bad ones
 */
public record ReadCounts(long documents, long skipped, long bad, List<BadRecord> examples) {
    public ReadCounts {
        examples = List.copyOf(examples);
    }
}
