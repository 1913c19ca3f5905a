package dev.pluglm.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * Articles in JATS, the format of PubMed Central: abstract and body, paragraph by paragraph.
 *
 * <p>Left out: headings, tables, figures, formulas, citation marks, references and everything else behind the body.
 * Metadata: {@code pmid}, {@code pmc}, {@code doi}, {@code journal}, {@code year}, where the article has them.
 */
final class JatsReader extends XmlRecordReader {
    private static final Set<String> NO_PROSE = Set.of("table-wrap", "fig", "fig-group", "disp-formula",
            "inline-formula", "tex-math", "mml:math", "math", "graphic", "inline-graphic", "media", "fn",
            "supplementary-material", "object-id", "label", "table-wrap-group", "boxed-text", "ref-list");
    /** Elements that hold paragraphs. */
    private static final Set<String> HOLDERS = Set.of("article-meta", "front", "front-stub", "title-group",
            "journal-meta", "journal-title-group", "body", "sec", "abstract", "list", "list-item", "disp-quote");
    /** Stands where a citation's number was left out. */
    private static final char CITATION = '\u0001';
    private static final Pattern CITATIONS = Pattern.compile("\u0001(?:[\\s,;–-]{0,9}\u0001){1,99}");
    private static final Pattern BRACKETED_CITATION = Pattern.compile("\\s?[\\[(]\\s*\u0001\\s*[\\])]|\\s?\u0001");

    JatsReader(CorpusFile file, ReadOptions options, Tally tally) throws IOException {
        super(file, options, tally);
    }

    @Override
    Document readXml() throws XMLStreamException {
        while (find("article")) {
            beginRecord();
            Article article = new Article();
            read(article);
            Document document = document(article);
            if (document != null) {
                return document;
            }
        }
        return null;
    }

    private Document document(Article article) {
        Optional<String> id = List.of("pmc", "pmid", "doi").stream().filter(article.metadata::containsKey).findFirst()
                .map(kind -> kind + "-" + article.metadata.get(kind));
        if (id.isEmpty()) {
            flaw("is an article without a PMC number, PMID or DOI");
        }
        if (flaw() != null) {
            bad(id.map(known -> known + " ").orElse("") + flaw());
            return null;
        }
        if (article.paragraphs.isEmpty()) {
            skip();
            return null;
        }
        return new Document(id.get(), Optional.of(article.title).filter(title -> !title.isEmpty()), article.paragraphs,
                source(), article.metadata);
    }

    /** Reads to the end of the current element; the parser itself limits how deep elements nest. */
    private void read(Article article) throws XMLStreamException {
        while (xml.next() != XMLStreamConstants.END_ELEMENT) {
            if (xml.getEventType() != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            String name = xml.getLocalName();
            switch (name) {
                case "article-id" -> articleId(article);
                case "article-title" -> article.title = prose();
                case "journal-title" -> put(article, "journal", oneLine(text()));
                case "pub-date" -> year(article);
                case "p" -> paragraph(article);
                default -> {
                    if (HOLDERS.contains(name)) {
                        read(article);
                    } else {
                        skipElement();
                    }
                }
            }
        }
    }

    private void paragraph(Article article) throws XMLStreamException {
        String text = prose();
        if (!text.isEmpty()) {
            article.paragraphs.add(text);
        }
    }

    private void articleId(Article article) throws XMLStreamException {
        String kind = attribute("pub-id-type");
        String id = oneLine(text());
        switch (kind) {
            case "pmid", "doi" -> put(article, kind, id);
            case "pmc", "pmcid" -> put(article, "pmc", id.replaceFirst("^PMC", ""));
            default -> { }
        }
    }

    private void year(Article article) throws XMLStreamException {
        while (xml.next() != XMLStreamConstants.END_ELEMENT) {
            if (xml.getEventType() == XMLStreamConstants.START_ELEMENT) {
                boolean year = xml.getLocalName().equals("year");
                String text = oneLine(text());
                if (year && text.matches("\\d{4}")) {
                    article.metadata.merge("year", Integer.parseInt(text), (a, b) -> Math.min((int) a, (int) b));
                }
            }
        }
    }

    private static void put(Article article, String key, String value) {
        if (!value.isEmpty()) {
            article.metadata.putIfAbsent(key, value);
        }
    }

    /** Like {@link #text}, without what is no prose and without the numbers of citations. */
    private String prose() throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        int depth = 1;
        while (depth > 0) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    boolean citation = xml.getLocalName().equals("xref") && attribute("ref-type").equals("bibr");
                    if (citation) {
                        text.append(CITATION);
                    }
                    if (citation || NO_PROSE.contains(xml.getLocalName())) {
                        skipElement();
                    } else {
                        depth++;
                        if (xml.getLocalName().equals("p") || xml.getLocalName().equals("break")) {
                            text.append(' ');
                        }
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> appendText(text);
            }
        }
        String merged = CITATIONS.matcher(text).replaceAll(String.valueOf(CITATION));
        return oneLine(BRACKETED_CITATION.matcher(merged).replaceAll(""));
    }

    private static final class Article {
        private String title = "";
        private final List<String> paragraphs = new ArrayList<>();
        private final Map<String, Object> metadata = new HashMap<>();
    }
}
