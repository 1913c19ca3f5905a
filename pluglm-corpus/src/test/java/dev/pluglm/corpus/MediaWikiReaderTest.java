package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.disk.Compression;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaWikiReaderTest {
    @TempDir
    Path folder;

    @Test
    void articlesAreDocumentsAndEverythingElseIsSkipped() {
        Path file = Fixtures.write(folder.resolve("d.xml"), Fixtures.dump(
                Fixtures.page(12, "Anarchism &amp; more", "'''Anarchism''' is one.\n\n[[Datei:x.png]]\nTwo {{x}}."),
                Fixtures.page(13, "Talk:A", 1, "talk"), Fixtures.page(14, "Old", "#REDIRECT [[New]]"),
                Fixtures.page(15, "Mercury", "Mercury may be:\n* a planet\n{{disambig}}"),
                Fixtures.page(16, "Empty", "{{stub}}")));
        assertEquals(List.of(new Document("wiki-12", Optional.of("Anarchism & more"), List.of("Anarchism is one.",
                "Two."),
                "d.xml", Map.of("timestamp", "2016-04-22T10:19:33Z"))), Fixtures.read(file));
        assertEquals(4, Fixtures.count(file, ReadOptions.defaults()).skipped());
        assertEquals(2, Fixtures.read(file, ReadOptions.defaults().withDisambiguationPages(true)).size());
    }

    @Test
    void multistreamDumpsAreReadToTheirEnd() {
        String dump = Fixtures.dump(Fixtures.page(1, "A", "One."), Fixtures.page(2, "B", "Two."));
        int cut = dump.indexOf("  <page>", dump.indexOf("<id>1</id>"));
        ByteArrayOutputStream streams = new ByteArrayOutputStream();
        streams.writeBytes(Fixtures.pack(Compression.BZIP2, dump.substring(0, cut)));
        streams.writeBytes(Fixtures.pack(Compression.BZIP2, dump.substring(cut)));
        Path file = Fixtures.write(folder.resolve("multistream.xml.bz2"), streams.toByteArray());
        assertEquals(List.of("wiki-1", "wiki-2"), Fixtures.read(file).stream().map(Document::id).toList());
    }

    @Test
    void aPageThatIsTooLongIsCountedWithItsPlaceAndTheNextIsRead() {
        Path file = Fixtures.write(folder.resolve("d.xml"), Fixtures.dump(Fixtures.page(1, "Big", "x ".repeat(2000)),
                Fixtures.page(2, "Small", "Two.")));
        ReadCounts counts = Fixtures.count(file, ReadOptions.defaults().withMaxRecordChars(1000));
        assertEquals(1, counts.documents());
        assertEquals(1, counts.bad());
        String example = counts.examples().getFirst().toString();
        assertTrue(example.contains("d.xml, record 1 (line ") && example.contains("1,000 characters"), example);
    }
}
