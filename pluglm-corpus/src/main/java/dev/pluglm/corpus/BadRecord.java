package dev.pluglm.corpus;

/**
 * A record that could not be read and was skipped.
 *
 * @param place file and place in it, for instance {@code pubmed.xml.gz, record 17 (line 2045)}
 * @param reason what was wrong with it, in plain words
 */
public record BadRecord(String place, String reason) {
    @Override
    public String toString() {
        return place + ": " + reason;
    }
}
