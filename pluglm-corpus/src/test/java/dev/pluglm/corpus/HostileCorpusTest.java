package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;

import dev.pluglm.disk.Compression;
import dev.pluglm.problem.Problem;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HostileCorpusTest {
    private static final String ABSTRACT = "<Abstract><AbstractText>%s</AbstractText></Abstract>";

    @TempDir
    Path folder;

    private static String dump() {
        Random random = new Random(7);
        String[] pages = new String[200];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = Fixtures.page(i + 1, "T" + i, Fixtures.prose(random, 20));
        }
        return Fixtures.dump(pages);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aDumpCutInTheMiddleStopsWithFileAndPlaceAfterTheGoodPages(Compression compression) {
        byte[] whole = Fixtures.pack(compression, dump());
        Path file = Fixtures.write(folder.resolve("cut.xml"), Arrays.copyOf(whole, whole.length * 3 / 4));
        List<Document> good = new ArrayList<>();
        try (DocumentReader reader = Corpus.of(List.of(file.toString())).open(ReadOptions.defaults(),
                Progress.none())) {
            Problem problem = assertThrows(Problem.class, () -> reader.forEachRemaining(good::add));
            assertTrue(problem.getMessage().contains("cut.xml, record ") && problem.getMessage().contains("line ")
                    && problem.getMessage().contains("cut off"), problem.getMessage());
            assertEquals(1, problem.getMessage().lines().count());
            assertFalse(reader.hasNext());
        }
        // A packed file gives what its whole blocks hold.
        assertTrue(good.size() >= (compression == Compression.ZSTD ? 0 : 50), "only " + good.size());
    }

    @Test
    void aBrokenBzip2BlockStopsWithTheByteItWasFoundAt() {
        byte[] packed = Fixtures.pack(Compression.BZIP2, dump());
        packed[packed.length / 2] ^= 0x55;
        Path file = Fixtures.write(folder.resolve("broken.bz2"), packed);
        String message = assertThrows(Problem.class, () -> Fixtures.read(file)).getMessage();
        assertTrue(message.contains("broken.bz2") && message.contains("bzip2") && message.contains("near byte"),
                message);
    }

    @Test
    void entityBombsAreNotExpanded() {
        StringBuilder bomb = new StringBuilder("<!DOCTYPE PubmedArticleSet [<!ENTITY lol0 \"lol\">");
        for (int i = 1; i < 30; i++) {
            bomb.append("<!ENTITY lol%d \"%s\">".formatted(i, ("&lol" + (i - 1) + ";").repeat(10)));
        }
        Path file = Fixtures.write(folder.resolve("bomb.xml"), Fixtures.pubmed(bomb + "]>",
                Fixtures.citation("1", ABSTRACT.formatted("&lol29;"))));
        ReadCounts counts = assertTimeout(Duration.ofSeconds(5), () -> Fixtures.count(file, ReadOptions.defaults()));
        assertEquals(1, counts.bad());
        assertTrue(counts.examples().getFirst().reason().contains("&lol29;"));
    }

    @Test
    void filesThatAnEntityNamesAreNotRead() {
        Path secret = Fixtures.write(folder.resolve("secret"), "SECRET");
        Path file = Fixtures.write(folder.resolve("xxe.xml"),
                Fixtures.pubmed("<!DOCTYPE PubmedArticleSet [<!ENTITY xxe SYSTEM \""
                + secret.toUri() + "\"><!ENTITY % p SYSTEM \"" + secret.toUri() + "\"> %p;]>",
                Fixtures.citation("1", ABSTRACT.formatted("a &xxe; b")), Fixtures.citation("2",
                ABSTRACT.formatted("fine"))));
        List<Document> documents = Fixtures.read(file);
        assertEquals(List.of("fine"), documents.stream().map(Document::text).toList());
        assertEquals(1, Fixtures.count(file, ReadOptions.defaults()).bad());
    }

    @ParameterizedTest
    @CsvSource({"MEDIAWIKI,0", "PUBMED,0", "JSON_LINES,0", "TEXT,0", "SOURCE_LINES,0", "MEDIAWIKI,1"})
    void aRecordOfAHundredMegabytesIsSkippedInBoundedMemory(Format format, int inComment) throws IOException {
        String[] around = switch (format) {
            case MEDIAWIKI -> (inComment == 1 ? Fixtures.dump("<!--@-->", Fixtures.page(2, "B", "Two."))
                    : Fixtures.dump(Fixtures.page(1, "A", "@"), Fixtures.page(2, "B", "Two."))).split("@");
            case PUBMED -> Fixtures.pubmed("", Fixtures.citation("1", ABSTRACT.formatted("@")),
                    Fixtures.citation("2", ABSTRACT.formatted("Two."))).split("@");
            case JSON_LINES -> "{\"text\": \"@\"}\n{\"text\": \"Two.\"}".split("@");
            case SOURCE_LINES -> "wiki-1 @\nwiki-2 Two.".split("@");
            default -> "@\n\nTwo.".split("@");
        };
        Path file = folder.resolve("huge.zst");
        byte[] block = "word ".repeat(20_000).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(file))) {
            out.write(around[0].getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 1000; i++) {
                out.write(block);
            }
            out.write(around[1].getBytes(StandardCharsets.UTF_8));
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        ReadCounts counts = Fixtures.count(file,
                ReadOptions.defaults().withFormat(format).withMaxRecordChars(1_000_000));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertEquals(1, counts.documents());
        assertEquals(1 - inComment, counts.bad());
        assertTrue(allocated < 64L << 20, "allocated " + allocated);
    }

    @Test
    void elementsThatNestWithoutEndAreRefused() {
        Path file = Fixtures.write(folder.resolve("deep.nxml"), "<article><body>" + "<sec>".repeat(200_000));
        assertTrue(assertThrows(Problem.class, () -> Fixtures.read(file)).getMessage().contains("deep.nxml"));
        Path json = Fixtures.write(folder.resolve("deep.jsonl"), "{\"text\":" + "[".repeat(200_000));
        assertEquals(1, Fixtures.count(json, ReadOptions.defaults()).bad());
    }

    @Test
    void mutatedFilesOfEveryFormatParseOrAreRefusedAndNothingElse() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<byte[]> files = new ArrayList<>();
        String dump = Fixtures.dump(Fixtures.page(1, "A",
                "'''B''' [[c|d]] {{e|f}} <ref>g</ref>\n{|\n|x\n|}\n==H==\n* i"));
        String pubmed = Fixtures.pubmed("<!DOCTYPE P [<!ENTITY a \"b\">]>", Fixtures.citation("1",
                ABSTRACT.formatted("&alpha;")));
        for (Compression compression : Compression.values()) {
            files.add(Fixtures.pack(compression, dump));
            files.add(Fixtures.pack(compression, pubmed));
        }
        files.add("{\"paper_id\": \"1\", \"abstract\": \"x\"}\n{\"text\": \"y\"}".getBytes(StandardCharsets.UTF_8));
        files.add("One.\nTwo.\n\nThree.".getBytes(StandardCharsets.UTF_8));
        Path file = folder.resolve("mutant");
        for (int i = 0; i < 1500; i++) {
            byte[] bytes = files.get(random.nextInt(files.size())).clone();
            for (int m = random.nextInt(4); m >= 0; m--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes);
            try {
                Fixtures.read(file, ReadOptions.defaults().withMaxRecordChars(10_000));
            } catch (Problem problem) {
                assertTrue(problem.getMessage().contains("mutant"), () -> "seed " + seed + ": " + problem.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
    }
}
