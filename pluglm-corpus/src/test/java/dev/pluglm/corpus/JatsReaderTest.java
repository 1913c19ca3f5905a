package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JatsReaderTest {
    @TempDir
    Path folder;

    @Test
    void aParagraphOfNothingButCitationsIsReadWithoutDeepRecursion() {
        String citations = "<xref ref-type=\"bibr\">1</xref>, ".repeat(100_000);
        Path file = Fixtures.write(folder.resolve("c.nxml"),
                "<article><front><article-meta><article-id pub-id-type=\"doi\">"
                + "10.1/x</article-id></article-meta></front><body><p>Text " + citations + "</p></body></article>");
        assertEquals("doi-10.1/x", Fixtures.read(file).getFirst().id());
    }

    @Test
    void anArticleIsItsAbstractAndBodyWithoutFiguresTablesAndCitations() {
        Path file = Fixtures.write(folder.resolve("a.nxml"), """
                <!DOCTYPE article PUBLIC "-//NLM//DTD Journal Archiving DTD v2.3 20070202//EN" "archivearticle.dtd">
                <article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article"><front>
                <journal-meta>
                <journal-title>J</journal-title></journal-meta><article-meta>
                <article-id pub-id-type="pmid">17</article-id><article-id pub-id-type="pmc">PMC18</article-id>
                <title-group><article-title>On <italic>E. coli</italic></article-title></title-group>
                <pub-date pub-type="epub"><year>2008</year></pub-date>
                <pub-date pub-type="ppub"><day>1</day><year>2007</year>
                </pub-date><abstract><title>Background</title><p>An abstract.</p></abstract></article-meta></front>
                <body><sec><title>Intro</title><p>Evolution
                <xref ref-type="bibr">[1]</xref>–<xref ref-type="bibr">[3]</xref>
                is &eacute;asy <xref ref-type="fig">Figure 1</xref> [<xref ref-type="bibr">4</xref>].</p>
                <fig><caption><p>Not this.</p></caption></fig>
                <sec><p>Nested.<table-wrap><table><tr><td>no</td></tr></table></table-wrap></p></sec></sec></body>
                <back><ref-list><ref><p>no</p></ref></ref-list></back></article>
                """);
        assertEquals(List.of(new Document("pmc-18", Optional.of("On E. coli"), List.of("An abstract.",
                "Evolution is éasy Figure 1.", "Nested."), "a.nxml",
                Map.of("pmid", "17", "pmc", "18", "journal", "J", "year", 2007))), Fixtures.read(file));
    }
}
