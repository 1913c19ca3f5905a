package dev.pluglm.corpus;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.stax.WstxInputFactory;

import dev.pluglm.problem.Shown;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

import org.apache.commons.text.StringEscapeUtils;

/**
 * Reads XML element by element without ever loading or expanding anything that the file points to.
 *
 * <p>MEDLINE and JATS name a DTD and may use the entities that such a DTD declares ({@code &alpha;}). The DTD is not
 * fetched; the names that HTML has too are known, and any other entity (a bomb, a file on this machine) makes its
 * record a bad one. No subclass holds more text of a record than the options allow.
 */
abstract class XmlRecordReader extends RecordReader {
    private static final int DEEPEST = 256;
    private static final Set<String> NO_TAGS = Set.of();

    final XMLStreamReader xml;
    private int textLeft;
    private String flaw;

    XmlRecordReader(CorpusFile file, ReadOptions options, Tally tally) throws IOException {
        super(file, options, tally);
        try {
            xml = factory().createXMLStreamReader(file.bytes());
        } catch (XMLStreamException e) {
            throw damage(e);
        }
    }

    private static XMLInputFactory factory() {
        WstxInputFactory factory = new WstxInputFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        factory.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, DEEPEST);
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTE_SIZE, 1 << 16);
        factory.setProperty(XMLInputFactory.RESOLVER, (javax.xml.stream.XMLResolver) (publicId, system, base, name) -> {
            throw new XMLStreamException("the file refers to " + system + "; nothing that a corpus names is fetched");
        });
        return factory;
    }

    /** The next document, or null at the end, with the XML parser's own exceptions. */
    abstract Document readXml() throws XMLStreamException;

    @Override
    final Document read() throws IOException {
        try {
            return readXml();
        } catch (XMLStreamException e) {
            throw damage(e);
        } catch (RuntimeException e) {
            // Woodstox reports some damage in its lazy parts unchecked, with the checked cause inside.
            if (e.getCause() instanceof XMLStreamException cause) {
                throw damage(cause);
            }
            throw e;
        }
    }

    private IOException damage(XMLStreamException e) {
        Throwable nested = e.getNestedException();
        if (nested instanceof IOException damaged) {
            return damaged;
        }
        Optional<IOException> unpacking = file.damageAhead();
        if (unpacking.isPresent()) {
            return unpacking.get();
        }
        return new IOException("the XML is cut off or broken (" + Shown.reason(e) + "); fetch the file again, or "
                + "mend it at this place", e);
    }

    @Override
    final String position() {
        return "line " + xml.getLocation().getLineNumber();
    }

    /** Moves on to the next start of an element with this name; false at the end of the file. */
    final boolean find(String... names) throws XMLStreamException {
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                for (String name : names) {
                    if (name.equals(xml.getLocalName())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Starts a record: allows it its share of text, and forgets the last record's flaw. */
    final void beginRecord() {
        startRecord();
        allowText();
    }

    /** Allows the next texts to be as long together as those of one record. */
    final void allowText() {
        textLeft = options.maxRecordChars();
        flaw = null;
    }

    /** Why this record is bad, null as long as it is not. */
    final String flaw() {
        return flaw;
    }

    final void flaw(String reason) {
        if (flaw == null) {
            flaw = reason;
        }
    }

    /**
     * The text inside of the element that was just started, without that of its children named here; ends at its end.
     */
    final String text(Set<String> leftOut) throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        int depth = 1;
        while (depth > 0) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (leftOut.contains(xml.getLocalName())) {
                        skipElement();
                    } else {
                        depth++;
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> appendText(text);
            }
        }
        return text.toString();
    }

    final String text() throws XMLStreamException {
        return text(NO_TAGS);
    }

    /** Adds the current event to the text if it is text. */
    final void appendText(StringBuilder text) {
        switch (xml.getEventType()) {
            case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                int length = xml.getTextLength();
                textLeft -= Math.min(length, textLeft + 1);
                if (textLeft < 0) {
                    flaw("has more than %,d characters".formatted(options.maxRecordChars()));
                } else if (flaw == null) {
                    text.append(xml.getTextCharacters(), xml.getTextStart(), length);
                }
            }
            case XMLStreamConstants.ENTITY_REFERENCE -> text.append(entity(xml.getLocalName()));
            default -> { }
        }
    }

    private String entity(String name) {
        String reference = "&" + name + ";";
        String known = StringEscapeUtils.unescapeHtml4(reference);
        if (known.equals(reference)) {
            flaw("uses the entity " + reference + "; only the standard names are known, what a file declares itself "
                    + "is neither expanded nor fetched");
            return "";
        }
        return known;
    }

    /** Moves to the end of the element that was just started. */
    final void skipElement() throws XMLStreamException {
        for (int depth = 1; depth > 0;) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                depth++;
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            }
        }
    }

    /** The current element's attribute, empty where it has none of that name. */
    final String attribute(String name) {
        String value = xml.getAttributeValue(null, name);
        return value == null ? "" : value;
    }

    /** One line of text: runs of white space become one space. */
    static String oneLine(String text) {
        return text.replaceAll("[\\s\\u00a0]+", " ").strip();
    }

    @Override
    public final void close() {
        try {
            xml.close();
        } catch (XMLStreamException e) {
            // Nothing was written; the file itself is closed below.
        }
        super.close();
    }
}
