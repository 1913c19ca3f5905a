package dev.pluglm.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import dev.pluglm.checkpoint.Npy;

import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The corpus commands, end to end on small files with the structure of the real ones. */
class CorpusCommandTest {
    private static final String SENTENCE = "The capital of France is Paris. ";

    @TempDir
    static Path models;

    private static Path model;
    private static Path vocabulary;

    @TempDir
    private Path folder;
    private Path out;

    @BeforeAll
    static void writeModel() {
        model = TinyModel.write(models.resolve("tiny"), 1);
        vocabulary = models.resolve("vocab.txt");
        TinyModel.vocabulary().write(vocabulary);
    }

    @BeforeEach
    void nameOutput() {
        out = folder.resolve("out/it.jsonl");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path bzip2(String name, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream packed = new BZip2CompressorOutputStream(bytes, 1)) {
            packed.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return Files.write(folder.resolve(name), bytes.toByteArray());
    }

    private static String dump(int pages, String text) {
        return IntStream.rangeClosed(1, pages).mapToObj("""
                <page><title>Page %1$d</title><ns>0</ns><id>%1$d</id>
                <revision><model>wikitext</model><text>'''It''' %2$s [[France|here]].

                == More ==
                Page %1$d.</text></revision></page>
                """.replace("%2$s", text)::formatted).collect(Collectors.joining("", "<mediawiki>\n", """
                <page><title>R</title><ns>0</ns><id>99</id><redirect title="A"/>
                <revision><text>#REDIRECT [[A]]</text></revision></page>
                </mediawiki>
                """));
    }

    private static String pubmed(String doctype, String... abstracts) {
        return IntStream.range(0, abstracts.length).mapToObj(i -> """
                <PubmedArticle><MedlineCitation><PMID>%d</PMID><Article><Journal><Title>J</Title></Journal>
                <ArticleTitle>On tests.</ArticleTitle><Abstract><AbstractText>%s</AbstractText></Abstract></Article>
                </MedlineCitation></PubmedArticle>
                """.formatted(i + 1, abstracts[i]))
                .collect(Collectors.joining("", doctype + "<PubmedArticleSet>\n", "</PubmedArticleSet>\n"));
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }

    @Test
    void filesOfSeveralFormatsBecomeDocumentsThatTheNextCommandReads() throws IOException {
        Path wiki = bzip2("wiki.xml.bz2", dump(2, "is"));
        Path citations = write("pubmed.xml", pubmed("", "Water is wet.", "Ice is not."));
        Path text = write("notes.txt", "One.\nTwo.\n\nThree.\n");
        assertEquals("wrote 6 documents to " + out + "; skipped 1 record without text\n",
                Run.ok("corpus", "documents", wiki, citations, text, "--output", out));
        List<JsonNode> documents = Files.readAllLines(out).stream().map(Run::parse).toList();
        assertEquals(List.of("notes.txt-1", "notes.txt-2", "pmid-1", "pmid-2", "wiki-1", "wiki-2"),
                documents.stream().map(it -> it.path("id").asText()).toList());
        assertEquals("It is here.\nPage 1.", documents.get(4).path("text").asText());
        assertEquals("wiki.xml.bz2", documents.get(4).path("source").asText());
        assertEquals("J", documents.get(2).path("journal").asText());
        Path packed = folder.resolve("again.jsonl.gz");
        JsonNode again = Run.json("corpus", "documents", out, "--output", packed).getFirst();
        assertEquals(6, again.path("documents").asInt());
        assertEquals(0, again.path("skipped").asInt());
        assertEquals(packed.toString(), again.path("output").asText());
        assertTrue(Run.ok("corpus", "info", packed).contains("JSON lines, gzip"));
    }

    @Test
    void passagesGoIntoAMemoryAsTheyAre() throws IOException {
        Path text = write("in.jsonl", """
                {"id": "long", "title": "France", "text": "%s", "year": 1789}
                {"id": "short", "text": "It is Paris."}
                """.formatted(SENTENCE.repeat(6).strip()));
        assertEquals("wrote 4 passages from 2 documents to " + out + "\n",
                Run.ok("corpus", "passages", text, "--output", out, "--model", model, "--length", 20));
        Path memory = folder.resolve("memory");
        Run.ok("memory", "create", memory, "--model", model, "--from", out, "--passage-tokens", 20);
        List<JsonNode> passages = Run.json("memory", "list", memory);
        assertEquals(List.of("long#1", "long#2", "long#3", "short"),
                passages.stream().map(it -> it.path("id").asText()).toList());
        assertEquals(SENTENCE.repeat(2).strip(), passages.getFirst().path("text").asText());
        assertEquals("France", passages.getFirst().path("title").asText());
        assertEquals(1789, passages.getFirst().path("year").asInt());
        assertEquals("in.jsonl", passages.getLast().path("source").asText());
        Path direct = folder.resolve("direct");
        Run.ok("memory", "create", direct, "--model", model, "--from", text, "--passage-tokens", 20);
        assertEquals(passages.stream().map(it -> it.path("id")).toList(),
                Run.json("memory", "list", direct).stream().map(it -> it.path("id")).toList());
    }

    @Test
    void tokensAreAnArrayThatAMemoryIsMadeFrom() throws IOException {
        Path text = write("in.jsonl", "{\"title\": \"Paris\", \"text\": \"%s\"}\n".formatted(SENTENCE.repeat(3)));
        Path array = folder.resolve("t.npy");
        assertEquals("wrote 3 passages of 10 tokens from 1 document to " + array + "\n",
                Run.ok("corpus", "tokens", text, "--output", array, "--vocab", vocabulary, "--length", 10));
        int fullStop = TinyModel.vocabulary().id(".").orElseThrow();
        try (Npy npy = Npy.open(array)) {
            assertEquals("I16 [3, 10]", npy.tensor().toString());
            assertArrayEquals(new long[] {2, 5, 6, 7, 9, 8, 10, fullStop, 3, 0},
                    Arrays.copyOf(npy.tensor().longs(), 10));
        }
        Path titled = folder.resolve("titled.npy");
        Run.ok("corpus", "tokens", text, "--output", titled, "--model", model, "--length", 10, "--type", "int32",
                "--titles");
        try (Npy npy = Npy.open(titled)) {
            assertArrayEquals(new long[] {2, 10, 5, 6, 7, 9, 8, 10, fullStop, 3},
                    Arrays.copyOf(npy.tensor().longs(), 10));
        }
        Run.ok("memory", "create", folder.resolve("memory"), "--model", model, "--from", array);
        assertEquals(3, Run.json("memory", "list", folder.resolve("memory")).size());
    }

    @Test
    void shardsAreMadeBalancedAndDescribed() throws IOException {
        Path wiki = write("wiki.xml", dump(40, SENTENCE.repeat(4)));
        Path shards = folder.resolve("shards");
        JsonNode made = Run.json("corpus", "shards", wiki, "--output", shards, "--num-shards", 2, "--vocab-file",
                vocabulary, "--target-seq-length", 64, "--bin-size", 32, "--masking", "--duplicate-factor", 3,
                "--sample-ratio", 1, "--short-seq-prob", 0.4, "--masked-lm-ratio", 0.2, "--seed", 7).getFirst();
        JsonNode info = Run.json("corpus", "info", shards).getFirst();
        assertEquals(made.path("samples"), info.path("samples"));
        assertTrue(info.path("masked").asBoolean() && info.path("balanced").asBoolean(), info::toString);
        assertEquals(2, info.path("bins").size());
        Path three = folder.resolve("three");
        JsonNode dealt = Run.json("corpus", "balance", shards, "--output", three, "--shards", 3).getFirst();
        assertEquals(6, dealt.path("shards").asInt());
        assertEquals(made.path("samples").asInt(), dealt.path("samples").asInt() + dealt.path("left_out").asInt());
        for (JsonNode bin : Run.json("corpus", "info", three).getFirst().path("bins")) {
            assertEquals(1, bin.path("most").asInt() - bin.path("fewest").asInt(), bin::toString);
        }
        String table = Run.ok("corpus", "info", three);
        assertTrue(table.startsWith(three + ": LDDL shards, ") && table.contains("masked, balanced"), table);
        assertEquals(4, table.lines().count());
        Path one = three.resolve("shard-0.parquet_0");
        assertTrue(Run.ok("corpus", "info", one).contains("LDDL shard"));
        Path dynamic = folder.resolve("dynamic");
        String told = Run.ok("corpus", "shards", wiki, "-o", dynamic, "--shards", 1, "--model", model, "--masking",
                "dynamic");
        assertTrue(told.matches("wrote [\\d,]+ samples from 40 documents, in 1 shard, to " + dynamic
                + "; skipped 1 record without text\n"), told);
        assertTrue(Run.ok("corpus", "info", dynamic).contains("not masked"));
    }

    @Test
    void infoTellsWhatEachFileIsAndGoesOnBehindOneThatCannotBeRead() throws IOException {
        write("a.txt", "One.\n\nTwo.\n");
        write("b.xml", pubmed("", "Fine."));
        Files.write(folder.resolve("c.bin"), new byte[] {1, 0, 2, 3});
        write("d.jsonl", "{\"text\": \"x\"}\n{\"txt\": \"y\"}\n");
        Run run = Run.of("corpus", "info", folder);
        assertEquals(1, run.code());
        List<String> lines = run.out().lines().map(line -> line.replace(folder + "/", "").replaceAll(" +", " "))
                .toList();
        assertEquals(List.of("file format size holds", "a.txt plain text 11 bytes 2 documents, 8 characters"),
                lines.subList(0, 2));
        assertTrue(lines.get(2).startsWith("b.xml PubMed XML ") && lines.get(2).endsWith("1 document, 5 characters"),
                lines.get(2));
        assertTrue(lines.get(3).startsWith("c.bin - 4 bytes ") && lines.get(3).contains("is binary"), lines.get(3));
        assertTrue(lines.get(4).endsWith("1 document, 1 character; 1 bad record"), lines.get(4));
        assertTrue(run.err().startsWith("bad record: " + folder.resolve("d.jsonl") + ", record 2 (line 2): "),
                run.err());
        List<JsonNode> json = Run.of("corpus", "info", folder, "--json").out().lines().map(Run::parse).toList();
        assertEquals(2, json.getFirst().path("documents").asInt());
        assertTrue(json.get(2).path("error").asText().contains("is binary"));
    }

    @Test
    void badRecordsAreCountedShownAndSkipped() throws IOException {
        Path file = write("in.jsonl", "{\"text\": \"One.\"}\n" + "not json\n".repeat(12) + "{\"text\": \"Two.\"}\n");
        Run run = Run.of("corpus", "documents", file, "--output", out);
        assertEquals(0, run.code());
        assertEquals("wrote 2 documents to " + out + "; skipped 12 bad records\n", run.out());
        List<String> told = run.err().lines().toList();
        assertEquals(11, told.size());
        assertTrue(told.getFirst().startsWith("bad record: " + file + ", record 2 (line 2): is not JSON"),
                told.getFirst());
        assertEquals("... and 2 more", told.getLast());
    }

    @Test
    void aDamagedFileStopsWithItsNameAndPlaceAndNothingIsWritten() throws IOException {
        Path whole = bzip2("whole.xml.bz2", dump(3000, "some words to pack " + SENTENCE));
        byte[] bytes = Files.readAllBytes(whole);
        Files.delete(whole);
        Path cut = Files.write(folder.resolve("cut.xml.bz2"), Arrays.copyOf(bytes, bytes.length * 2 / 3));
        for (Object[] command : commands(cut)) {
            String line = Run.failure(1, command);
            assertTrue(line.startsWith("pluglm: " + cut + ", record ") && line.contains("cut off"), line);
        }
        assertEquals(List.of("cut.xml.bz2"), left());
    }

    @Test
    void aBombIsABadRecordAndItsCorpusEmpty() throws IOException {
        StringBuilder doctype = new StringBuilder("<!DOCTYPE PubmedArticleSet [<!ENTITY a0 \"ha\">");
        for (int i = 1; i < 20; i++) {
            doctype.append("<!ENTITY a%d \"%s\">".formatted(i, ("&a" + (i - 1) + ";").repeat(10)));
        }
        Path bomb = write("bomb.xml", pubmed(doctype + "]>", "&a19;"));
        Path empty = write("empty.txt", "\n\n");
        for (Object[] command : commands(bomb)) {
            String line = Run.failure(1, command);
            assertTrue(line.startsWith("pluglm: no document in " + bomb) && line.contains("&a19;"), line);
        }
        for (Object[] command : commands(empty)) {
            assertTrue(Run.failure(1, command).startsWith("pluglm: no document in " + empty));
        }
        assertEquals(List.of("bomb.xml", "empty.txt"), left());
    }

    private List<Object[]> commands(Path input) {
        return List.of(new Object[] {"corpus", "documents", input, "-o", out},
                new Object[] {"corpus", "passages", input, "-o", out, "--vocab", vocabulary},
                new Object[] {"corpus", "tokens", input, "-o", folder.resolve("it.npy"), "--vocab", vocabulary},
                new Object[] {"corpus", "shards", input, "-o", out, "--vocab", vocabulary, "--shards", 2});
    }

    @Test
    void eachMistakeIsOneLineAndChangesNothing() throws IOException {
        Path text = write("in.txt", "One.\n");
        Path html = write("page.html", "<html><body>x</body></html>");
        assertTrue(Run.failure(1, "corpus", "documents", html, "-o", out).contains("page.html: is XML with the root"));
        assertTrue(Run.failure(1, "corpus", "documents", folder.resolve("none"), "-o", out).contains("no such file"));
        assertTrue(Run.failure(1, "corpus", "documents", text, "-o", text).contains("exists already"));
        Path noCls = write("vocab.txt", "[PAD]\n[UNK]\n[SEP]\n[MASK]\nthe\n");
        assertTrue(Run.failure(1, "corpus", "passages", text, "-o", out, "--vocab", noCls)
                .contains("vocab.txt: no [CLS] among its 5 tokens"));
        assertTrue(Run.failure(1, "corpus", "passages", text, "-o", out, "--model", folder).contains("model import"));
        assertTrue(Run.failure(1, "corpus", "shards", text, "-o", folder, "--shards", 1, "--vocab", vocabulary)
                .contains("not an empty directory"));
        String few = Run.failure(1, "corpus", "shards", text, "-o", out, "--shards", 100, "--vocab", vocabulary,
                "--sample-ratio", 1);
        assertTrue(few.contains("samples cannot fill 100 shards"), few);
        assertTrue(Run.failure(1, "corpus", "balance", folder, "-o", out, "--shards", 1).contains("holds no shards"));
        assertTrue(Run.failure(1, "corpus", "balance", text, "-o", out, "--shards", 1).contains("in.txt"));
        assertTrue(Run.failure(1, "corpus", "info", folder.resolve("none")).contains("no such file"));
        assertEquals("One.\n", Files.readString(text));
        assertEquals(List.of("in.txt", "page.html", "vocab.txt"), left());
    }

    @Test
    void optionsThatMakeNoSenseAreBadUsage() throws IOException {
        Path text = write("in.txt", "One.\n");
        Run.failure(2, "corpus", "documents", "-o", out);
        Run.failure(2, "corpus", "documents", text);
        String line = Run.failure(2, "corpus", "documents", text, "-o", out, "--format", "docx");
        assertTrue(line.contains("'docx' is no format; expected one of mediawiki, pubmed"), line);
        Run.failure(2, "corpus", "passages", text, "-o", out);
        Run.failure(2, "corpus", "passages", text, "-o", out, "--model", model, "--vocab", vocabulary);
        Run.failure(2, "corpus", "passages", text, "-o", out, "--model", model, "--length", 7);
        Run.failure(2, "corpus", "tokens", text, "-o", out, "--model", model);
        Run.failure(2, "corpus", "tokens", text, "-o", folder.resolve("a.npy"), "--model", model, "--type", "int8");
        Run.failure(2, "corpus", "shards", text, "-o", out, "--model", model);
        for (String option : List.of("--shards=0", "--target-seq-length=4", "--short-seq-prob=1.5", "--bin-size=0",
                "--sample-ratio=0", "--duplicate-factor=0", "--masked-lm-ratio=2", "--masking=often", "--seed=x")) {
            Run.failure(2, "corpus", "shards", text, "-o", out, "--model", model,
                    option.startsWith("--shards") ? "--json" : "--shards=1", option);
        }
        Run.failure(2, "corpus", "balance", folder, "-o", out, "--shards", 0);
        assertEquals(List.of("in.txt"), left());
    }
}
