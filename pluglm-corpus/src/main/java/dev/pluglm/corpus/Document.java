package dev.pluglm.corpus;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One text of a corpus, cleaned of markup: an article, an abstract, a record.
 *
 * @param id not blank; names its collection too ({@code wiki-12}, {@code pmid-29768149}), so collections can be mixed
 * @param title what the document is about, where its source says so; not part of the paragraphs
 * @param paragraphs at least one, none blank, without line breaks
 * @param source name of the file that it was read from, with folders where others have the same name
 * @param metadata anything else worth keeping (year, journal, MeSH headings): strings, numbers, booleans, lists, maps
 */
public record Document(
        String id, Optional<String> title, List<String> paragraphs, String source, Map<String, Object> metadata) {

    public Document {
        paragraphs = List.copyOf(paragraphs);
        metadata = Map.copyOf(metadata);
        if (id.isBlank() || paragraphs.isEmpty()) {
            throw new IllegalArgumentException("a document needs an id and a paragraph, id '" + id + "' has "
                    + paragraphs.size());
        }
    }

    /** Characters of all paragraphs. */
    public long length() {
        return paragraphs.stream().mapToLong(String::length).sum();
    }

    /** The paragraphs, one a line. */
    public String text() {
        return String.join("\n", paragraphs);
    }
}
