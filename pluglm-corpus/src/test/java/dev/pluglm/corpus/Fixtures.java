package dev.pluglm.corpus;

import com.github.luben.zstd.ZstdOutputStream;

import dev.pluglm.disk.Compression;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Vocabulary;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** Small corpora with the structure of the real ones. */
public final class Fixtures {
    private static final List<String> WORDS = List.of("cat", "dog", "sat", "ran", "house", "river", "green", "slowly",
            "under", "over", "with", "seven", "old", "bridge", "music", "night");
    private static final Tokenizer TOKENIZER = Tokenizer.of(vocabulary());

    private Fixtures() {}

    public static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path write(Path file, String text) {
        return write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] pack(Compression compression, String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = switch (compression) {
            case NONE -> bytes;
            case GZIP -> new GZIPOutputStream(bytes);
            case BZIP2 -> new BZip2CompressorOutputStream(bytes, 1);
            case ZSTD -> new ZstdOutputStream(bytes);
        }) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static List<Document> read(Path file) {
        return read(file, ReadOptions.defaults());
    }

    static List<Document> read(Path file, ReadOptions options) {
        try (DocumentReader reader = Corpus.of(List.of(file.toString())).open(options, Progress.none())) {
            List<Document> documents = new ArrayList<>();
            reader.forEachRemaining(documents::add);
            return documents;
        }
    }

    static ReadCounts count(Path file, ReadOptions options) {
        try (DocumentReader reader = Corpus.of(List.of(file.toString())).open(options, Progress.none())) {
            while (reader.hasNext()) {
                reader.next();
            }
            return reader.counts();
        }
    }

    public static String page(int id, String title, String wikitext) {
        return page(id, title, 0, wikitext);
    }

    static String page(int id, String title, int namespace, String wikitext) {
        return """
                  <page>
                    <title>%s</title>
                    <ns>%d</ns>
                    <id>%d</id>
                    <revision>
                      <id>9%d</id>
                      <timestamp>2016-04-22T10:19:33Z</timestamp>
                      <contributor><username>A</username><id>5</id></contributor>
                      <model>wikitext</model>
                      <format>text/x-wiki</format>
                      <text xml:space="preserve">%s</text>
                    </revision>
                  </page>
                """.formatted(title, namespace, id, id, wikitext.replace("&", "&amp;").replace("<", "&lt;"));
    }

    public static String dump(String... pages) {
        return """
                <mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10" xml:lang="de">
                  <siteinfo>
                    <sitename>Wikipedia</sitename>
                    <namespaces>
                      <namespace key="0" case="first-letter" />
                      <namespace key="6" case="first-letter">Datei</namespace>
                      <namespace key="14" case="first-letter">Kategorie</namespace>
                    </namespaces>
                  </siteinfo>
                """ + String.join("", pages) + "</mediawiki>\n";
    }

    static String citation(String pmid, String abstractXml) {
        return """
                <PubmedArticle>
                    <MedlineCitation Owner="NLM" Status="MEDLINE">
                        <PMID Version="1">%s</PMID>
                        <DateCompleted><Year>1999</Year></DateCompleted>
                        <Article PubModel="Print">
                            <Journal>
                                <JournalIssue CitedMedium="Print"><PubDate><Year>1990</Year></PubDate></JournalIssue>
                                <Title>Journal of tests</Title>
                            </Journal>
                            <ArticleTitle>On H<sub>2</sub>O.</ArticleTitle>
                            %s
                        </Article>
                        <CommentsCorrectionsList><CommentsCorrections><PMID>42</PMID></CommentsCorrections>
                        </CommentsCorrectionsList>
                        <MeshHeadingList>
                            <MeshHeading><DescriptorName MajorTopicYN="N">Water</DescriptorName></MeshHeading>
                            <MeshHeading><DescriptorName MajorTopicYN="N">Humans</DescriptorName></MeshHeading>
                        </MeshHeadingList>
                    </MedlineCitation>
                </PubmedArticle>
                """.formatted(pmid, abstractXml);
    }

    static String pubmed(String doctype, String... citations) {
        return "<?xml version=\"1.0\"?>\n" + doctype + "\n<PubmedArticleSet>\n" + String.join("", citations)
                + "</PubmedArticleSet>\n";
    }

    /** A tokenizer with a vocabulary small enough for tests: some words, and letters for all others. */
    public static Tokenizer tokenizer() {
        return TOKENIZER;
    }

    private static Vocabulary vocabulary() {
        List<String> pieces = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "."));
        pieces.addAll(WORDS);
        for (char c = 'a'; c <= 'z'; c++) {
            pieces.add(String.valueOf(c));
            pieces.add("##" + c);
        }
        return Vocabulary.of(pieces);
    }

    /** Running text of made-up words, the same for the same seed. */
    public static String prose(java.util.Random random, int sentences) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentences; i++) {
            text.append(i == 0 ? "" : " ").append("The");
            int words = 3 + random.nextInt(9);
            for (int w = 0; w < words; w++) {
                text.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
            }
            text.append('.');
        }
        return text.toString();
    }
}
