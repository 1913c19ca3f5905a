package dev.pluglm.corpus;

import java.util.Optional;

/**
 * How to read a corpus.
 *
 * @param format the format of every file; empty lets each file's content tell
 * @param maxRecordChars a record with more characters than this is bad: it bounds the memory that reading takes
 * @param disambiguationPages whether Wikipedia's lists of meanings are documents
 * @param textField the field of a JSON line that holds the text
 */
public record ReadOptions(
        Optional<Format> format, int maxRecordChars, boolean disambiguationPages, String textField) {

    public ReadOptions {
        if (maxRecordChars < 1) {
            throw new IllegalArgumentException("maxRecordChars is " + maxRecordChars + ", it has to be 1 or more");
        }
    }

    /** Formats by content, records of up to 16 million characters, no disambiguation pages, texts in {@code text}. */
    public static ReadOptions defaults() {
        return new ReadOptions(Optional.empty(), 16_000_000, false, "text");
    }

    public ReadOptions withFormat(Format format) {
        return new ReadOptions(Optional.of(format), maxRecordChars, disambiguationPages, textField);
    }

    public ReadOptions withMaxRecordChars(int maxRecordChars) {
        return new ReadOptions(format, maxRecordChars, disambiguationPages, textField);
    }

    public ReadOptions withDisambiguationPages(boolean disambiguationPages) {
        return new ReadOptions(format, maxRecordChars, disambiguationPages, textField);
    }

    public ReadOptions withTextField(String textField) {
        return new ReadOptions(format, maxRecordChars, disambiguationPages, textField);
    }
}
