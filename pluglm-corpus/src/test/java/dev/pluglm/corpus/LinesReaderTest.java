package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesReaderTest {
    @TempDir
    Path folder;

    @Test
    void jsonLinesKeepWhatTheyCarryAndBadOnesAreCounted() {
        Path file = Fixtures.write(folder.resolve("a.jsonl"), """
                {"id": 5, "title": "T", "text": "One.\\nTwo.", "year": 1999}
                {"id": "x"
                ["text"]
                {"title": "no text"}
                {"text": ""}

                {"text": ["A.", "B."]}
                """);
        assertEquals(List.of(
                new Document("5", Optional.of("T"), List.of("One.", "Two."), "a.jsonl", Map.of("year", 1999)),
                new Document("a.jsonl-7", Optional.empty(), List.of("A.", "B."), "a.jsonl", Map.of())),
                Fixtures.read(file));
        ReadCounts counts = Fixtures.count(file, ReadOptions.defaults());
        assertEquals(3, counts.bad());
        assertTrue(counts.examples().getFirst().toString().contains("record 2 (line 2): is not JSON"),
                counts.toString());
    }

    @Test
    void everyPublishedFormOfS2orcIsRead() {
        Path file = Fixtures.write(folder.resolve("s.jsonl"), """
                {"paper_id": "1", "title": "T1", "abstract": "An abstract.", "year": 2000, "journal": null}
                {"paper_id": "2", "title": "T2", "abstract": null}
                {"paper_id": "3", "abstract": [{"text": "A.", "section": "Abstract"}], "body_text": [{"text": "B."}]}
                {"corpusid": 4, "content": {"text": "TitleFirst.Second.", "annotations": \
                {"title": "[{\\"start\\":0,\\"end\\":5}]", "paragraph": \
                "[{\\"start\\":5,\\"end\\":11},{\\"start\\":11,\\"end\\":18},{\\"start\\":9,\\"end\\":99}]"}}}
                """);
        assertEquals(List.of(
                new Document("s2orc-1", Optional.of("T1"), List.of("An abstract."), "s.jsonl", Map.of("year", 2000)),
                new Document("s2orc-3", Optional.empty(), List.of("A.", "B."), "s.jsonl", Map.of()),
                new Document("s2orc-4", Optional.of("Title"), List.of("First.", "Second."), "s.jsonl", Map.of())),
                Fixtures.read(file));
    }

    @Test
    void blankLinesSeparateDocumentsOfPlainText() {
        Path file = Fixtures.write(folder.resolve("t.txt"), "\ufeffOne.\r\nTwo.\r\n\r\n\r\nThree.");
        assertEquals(List.of(List.of("One.", "Two."), List.of("Three.")), Fixtures.read(file).stream()
                .map(Document::paragraphs).toList());
        assertEquals(List.of("t.txt-1", "t.txt-2"), Fixtures.read(file).stream().map(Document::id).toList());
    }

    @Test
    void sourceLinesOfLddlBeginWithTheirId() {
        Path file = Fixtures.write(folder.resolve("0.txt"), "wiki-7 Some text.\nwiki-8 More.\n");
        assertEquals(List.of("wiki-7", "wiki-8"), Fixtures.read(file).stream().map(Document::id).toList());
        assertEquals("Some text.", Fixtures.read(file).getFirst().text());
    }

    @Test
    void bytesThatAreNotUtf8MakeABadRecord() {
        Path file = Fixtures.write(folder.resolve("t.txt"), new byte[] {'a', '\n', '\n', (byte) 0xff, 'b', '\n', '\n',
                'c'});
        assertEquals(2, Fixtures.read(file).size());
        assertEquals(1, Fixtures.count(file, ReadOptions.defaults()).bad());
    }
}
