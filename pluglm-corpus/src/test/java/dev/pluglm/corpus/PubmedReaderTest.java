package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PubmedReaderTest {
    private static final String DOCTYPE =
            "<!DOCTYPE PubmedArticleSet PUBLIC \"-//NLM//DTD PubMedArticle, 1st January 2019//EN\""
            + " \"https://dtd.invalid/pubmed_190101.dtd\">";

    @TempDir
    Path folder;

    @Test
    void aCitationIsItsAbstractWithLabelsAndItsMetadata() {
        Path file = Fixtures.write(folder.resolve("p.xml"), Fixtures.pubmed(DOCTYPE, Fixtures.citation("77", """
                <Abstract><AbstractText Label="METHODS">We used &alpha;<sub>1</sub>
                and &#946;.</AbstractText><AbstractText Label="UNLABELLED">Fine.</AbstractText>
                <CopyrightInformation>Mine</CopyrightInformation></Abstract>""")));
        assertEquals(List.of(new Document("pmid-77", Optional.of("On H2O."), List.of("METHODS: We used α1 and β.",
                "Fine."),
                "p.xml", Map.of("pmid", "77", "year", 1990, "journal", "Journal of tests", "mesh",
                        List.of("Water", "Humans")))), Fixtures.read(file));
    }

    @Test
    void citationsWithoutAbstractAreSkippedAndWithoutPmidAreBad() {
        String text = "<Abstract><AbstractText>Text.</AbstractText></Abstract>";
        Path file = Fixtures.write(folder.resolve("p.xml"), Fixtures.pubmed("", Fixtures.citation("1", ""),
                Fixtures.citation("", text), Fixtures.citation("3", text)));
        ReadCounts counts = Fixtures.count(file, ReadOptions.defaults());
        assertEquals(List.of(1L, 1L, 1L), List.of(counts.documents(), counts.skipped(), counts.bad()));
        assertTrue(counts.examples().getFirst().toString().contains("record 2"), counts.toString());
    }

    @Test
    void anEntityOfUnknownNameMakesItsRecordBadAndTheNextIsRead() {
        Path file = Fixtures.write(folder.resolve("p.xml"), Fixtures.pubmed(DOCTYPE,
                Fixtures.citation("1", "<Abstract><AbstractText>&nosuch;</AbstractText></Abstract>"),
                Fixtures.citation("2", "<Abstract><AbstractText>Good.</AbstractText></Abstract>")));
        assertEquals(List.of("pmid-2"), Fixtures.read(file).stream().map(Document::id).toList());
        assertTrue(Fixtures.count(file, ReadOptions.defaults()).examples().getFirst().reason().contains("&nosuch;"));
    }
}
