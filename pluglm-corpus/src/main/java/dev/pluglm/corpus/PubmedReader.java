package dev.pluglm.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * Citations of PubMed or MEDLINE that have an abstract, one document each.
 *
 * <p>A labelled section ({@code METHODS}) is a paragraph that begins with its label. Metadata: {@code pmid},
 * {@code year} (a number), {@code journal}, {@code mesh} (descriptors), where the citation has them.
 */
final class PubmedReader extends XmlRecordReader {
    PubmedReader(CorpusFile file, ReadOptions options, Tally tally) throws IOException {
        super(file, options, tally);
    }

    @Override
    Document readXml() throws XMLStreamException {
        while (find("MedlineCitation", "BookDocument")) {
            beginRecord();
            Citation citation = new Citation();
            read(citation, "");
            Document document = document(citation);
            if (document != null) {
                return document;
            }
        }
        return null;
    }

    private Document document(Citation citation) {
        if (citation.pmid.isEmpty()) {
            flaw("is a citation without a PMID");
        }
        if (flaw() != null) {
            bad("PMID %s: %s".formatted(citation.pmid.isEmpty() ? "unknown" : citation.pmid, flaw()));
            return null;
        }
        if (citation.paragraphs.isEmpty()) {
            skip();
            return null;
        }
        citation.metadata.put("pmid", citation.pmid);
        if (!citation.mesh.isEmpty()) {
            citation.metadata.put("mesh", List.copyOf(citation.mesh));
        }
        return new Document("pmid-" + citation.pmid, Optional.of(citation.title).filter(title -> !title.isEmpty()),
                citation.paragraphs, source(), citation.metadata);
    }

    /** Reads to the end of the current element. Elements that only group others are walked through. */
    private void read(Citation citation, String parent) throws XMLStreamException {
        while (xml.next() != XMLStreamConstants.END_ELEMENT) {
            if (xml.getEventType() != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            String name = xml.getLocalName();
            switch (name) {
                case "Article", "Abstract", "Journal", "JournalIssue", "PubDate", "MeshHeadingList", "MeshHeading" ->
                    read(citation, name);
                case "PMID" -> citation.pmid = oneLine(text());
                case "ArticleTitle" -> citation.title = oneLine(text());
                case "AbstractText" -> section(citation);
                case "DescriptorName" -> citation.mesh.add(oneLine(text()));
                case "Title" -> {
                    String title = oneLine(text());
                    if (parent.equals("Journal") && !title.isEmpty()) {
                        citation.metadata.put("journal", title);
                    }
                }
                case "Year", "MedlineDate" -> {
                    String date = oneLine(text());
                    if (parent.equals("PubDate") && date.matches("\\d{4}.*")) {
                        citation.metadata.put("year", Integer.parseInt(date.substring(0, 4)));
                    }
                }
                default -> skipElement();
            }
        }
    }

    private void section(Citation citation) throws XMLStreamException {
        String label = oneLine(attribute("Label"));
        String text = oneLine(text());
        if (!text.isEmpty()) {
            boolean labelled = !label.isEmpty() && !label.equals("UNLABELLED");
            citation.paragraphs.add(labelled ? label + ": " + text : text);
        }
    }

    private static final class Citation {
        private String pmid = "";
        private String title = "";
        private final List<String> paragraphs = new ArrayList<>();
        private final List<String> mesh = new ArrayList<>();
        private final Map<String, Object> metadata = new HashMap<>();
    }
}
