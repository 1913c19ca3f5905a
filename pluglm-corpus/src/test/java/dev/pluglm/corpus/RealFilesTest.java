package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real files of each format, where {@code -Dpluglm.formats=DIRECTORY} says they lie. */
class RealFilesTest {
    private String formats;

    @BeforeEach
    void findFiles() {
        formats = System.getProperty("pluglm.formats", "");
        assumeTrue(!formats.isEmpty(), "-Dpluglm.formats is not set");
    }

    @Test
    void everyRealFileIsReadWithoutABadRecord() {
        for (Path file : Corpus.of(List.of(formats)).files()) {
            ReadCounts counts = Fixtures.count(file, ReadOptions.defaults());
            assertEquals(0, counts.bad(), () -> file + ": " + counts);
            assertTrue(counts.documents() > 0, () -> file + ": " + counts);
        }
    }

    @Test
    void articlesOfARealDumpReadAsProse() {
        List<Document> articles = Corpus.of(List.of(formats + "/enwiki-latest*.bz2"))
                .open(ReadOptions.defaults(), Progress.none()).stream().toList();
        assertTrue(articles.getFirst().text().startsWith(
                "Anarchism is a political philosophy that advocates self-governed societies based on voluntary "
                        + "institutions. These are often described as stateless societies,"));
        String all = String.join("\n", articles.stream().map(Document::text).toList());
        for (String markup : List.of("{{", "}}", "[[", "]]", "'''", "<ref", "==")) {
            assertFalse(all.contains(markup), markup);
        }
    }
}
