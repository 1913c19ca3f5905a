package dev.pluglm.corpus;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * Articles of a MediaWiki dump, the last revision of each, as paragraphs of clean text.
 *
 * <p>Skipped: redirects, pages outside of the main namespace, pages that are no wikitext, and lists of meanings
 * (disambiguation pages) unless they are asked for. Namespace names are taken from the dump, so that images and
 * categories are recognised in every language.
 */
final class MediaWikiReader extends XmlRecordReader {
    private static final Set<String> HIDDEN_NAMESPACES = Set.of("-2", "6", "14");

    private final Set<String> hidden = new HashSet<>(Set.of("media", "file", "image", "category"));

    MediaWikiReader(CorpusFile file, ReadOptions options, Tally tally) throws IOException {
        super(file, options, tally);
    }

    @Override
    Document readXml() throws XMLStreamException {
        while (find("page", "namespace")) {
            if (xml.getLocalName().equals("namespace")) {
                namespace();
            } else {
                Document document = page();
                if (document != null) {
                    return document;
                }
            }
        }
        return null;
    }

    private void namespace() throws XMLStreamException {
        boolean hides = HIDDEN_NAMESPACES.contains(attribute("key"));
        allowText();
        String name = text();
        if (hides && !name.isBlank() && hidden.size() < 64) {
            hidden.add(name.strip().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private Document page() throws XMLStreamException {
        beginRecord();
        Page page = new Page();
        while (xml.next() != XMLStreamConstants.END_ELEMENT) {
            if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "title" -> page.title = text();
                    case "ns" -> page.namespace = text().strip();
                    case "id" -> page.id = text().strip();
                    case "redirect" -> {
                        page.redirect = true;
                        skipElement();
                    }
                    case "revision" -> revision(page);
                    default -> skipElement();
                }
            }
        }
        return document(page);
    }

    private void revision(Page page) throws XMLStreamException {
        while (xml.next() != XMLStreamConstants.END_ELEMENT) {
            if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "timestamp" -> page.timestamp = text().strip();
                    case "model" -> page.model = text().strip();
                    case "text" -> {
                        if (page.wanted()) {
                            page.text = text();
                        } else {
                            skipElement();
                        }
                    }
                    default -> skipElement();
                }
            }
        }
    }

    private Document document(Page page) {
        if (!page.wanted()) {
            skip();
            return null;
        }
        if (page.id.isEmpty() || page.title.isBlank()) {
            flaw("is a page without " + (page.id.isEmpty() ? "an id" : "a title"));
        }
        if (flaw() != null) {
            bad("page '%s' %s".formatted(abbreviated(page.title), flaw()));
            return null;
        }
        WikiMarkup.Clean clean = WikiMarkup.clean(page.text, hidden);
        boolean meanings = clean.disambiguation() || page.title.endsWith("(disambiguation)");
        if (clean.redirect() || clean.paragraphs().isEmpty() || meanings && !options.disambiguationPages()) {
            skip();
            return null;
        }
        List<String> paragraphs = clean.paragraphs();
        Map<String, Object> metadata = page.timestamp.isEmpty() ? Map.of() : Map.of("timestamp", page.timestamp);
        return new Document("wiki-" + page.id, Optional.of(oneLine(page.title)), paragraphs, source(), metadata);
    }

    private static String abbreviated(String title) {
        return title.length() <= 60 ? title : title.substring(0, 60) + "...";
    }

    private static final class Page {
        private String title = "";
        private String namespace = "0";
        private String id = "";
        private String text = "";
        private String model = "wikitext";
        private String timestamp = "";
        private boolean redirect;

        boolean wanted() {
            return !redirect && namespace.equals("0") && model.equals("wikitext");
        }
    }
}
