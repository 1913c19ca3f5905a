package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;

import dev.pluglm.problem.Problem;
import dev.pluglm.text.PassageSplitter;
import dev.pluglm.text.SmallVocabulary;
import dev.pluglm.text.Tokenizer;

import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

class PassageReaderTest {

    private static final String TWO = "{\"id\":\"a\",\"text\":\"Hello world.\"}\n"
            + "{\"id\":\"b\",\"text\":\"The army.\"}\n";

    private static Tokenizer tokenizer;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.of(SmallVocabulary.create());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void jsonLinesBecomePassagesWithTheirMetadata() {
        Path file = file("p.jsonl", """
                {"id":"a","text":"Hello world.","title":"World","source":"web","year":1990,"tags":[{"y":null}],"z":null}

                {"id":17,"text":"The army.","title":null}
                {"text":"Paris."}""");
        List<Passage> passages = read(file);
        assertEquals(List.of("a", "17", "p.jsonl-4"), passages.stream().map(Passage::id).toList());
        Passage first = passages.getFirst();
        assertEquals("Hello world.", first.text());
        assertEquals(Optional.of("World"), first.title());
        assertEquals(Optional.of("web"), first.source());
        assertEquals(List.of("year", "tags", "z"), List.copyOf(first.metadata().keySet()));
        assertEquals(1990, first.metadata().get("year"));
        assertEquals(Optional.empty(), passages.get(1).title());
        assertEquals(Map.of(), passages.get(1).metadata());
    }

    @Test
    void paragraphsBecomePassagesWithTheFileAsSource() {
        List<Passage> passages = read(file("notes.txt", "\n\nHello\r\nworld.\r\n  \nThe army.\n\n\n{\"text\": 1}"));
        assertEquals(List.of("notes.txt-1", "notes.txt-2", "notes.txt-3"), passages.stream().map(Passage::id).toList());
        assertEquals(List.of("Hello\nworld.", "The army.", "{\"text\": 1}"),
                passages.stream().map(Passage::text).toList());
        assertEquals(Optional.of("notes.txt"), passages.getFirst().source());
    }

    @Test
    void compressedFilesAndFilesWithoutExtensionAreKnownByTheirContent() {
        assertEquals(read(file("a.jsonl", TWO)), read(file("noname", gzip(TWO.getBytes(StandardCharsets.UTF_8)))));
        assertEquals(2, read(file("b.jsonl.gz", gzip(TWO.getBytes(StandardCharsets.UTF_8)))).size());
        assertEquals("other-1", read(file("other", "Hello.")).getFirst().id());
        assertEquals(List.of(), read(file("empty.jsonl", "")));
        assertEquals("a", read(file("mark.jsonl", "\uFEFF" + TWO)).getFirst().id());
    }

    @Test
    void longTextsAreSplitAndTheirPartsNumbered() {
        Path file = file("p.jsonl",
                "{\"id\":\"a\",\"text\":\"" + "Hello world. ".repeat(12) + "\",\"source\":\"s\",\"n\":1}");
        List<Passage> passages = read(file);
        assertEquals(List.of("a#1", "a#2", "a#3"), passages.stream().map(Passage::id).toList());
        for (Passage passage : passages) {
            assertEquals(Optional.of("s"), passage.source());
            assertEquals(Map.of("n", 1), passage.metadata());
        }
    }

    @Test
    void progressEndsWithTheBytesOfAllFiles() throws IOException {
        Path plain = file("a.txt", "Hello.\n\nWorld.");
        Path packed = file("b.jsonl.gz", gzip(TWO.getBytes(StandardCharsets.UTF_8)));
        List<Long> told = new ArrayList<>();
        PassageReader reader = new PassageReader(new PassageSplitter(tokenizer, 16), told::add);
        try (Stream<Passage> passages = reader.read(List.of(plain, packed))) {
            assertEquals(4, passages.count());
        }
        assertEquals(Files.size(plain) + Files.size(packed), told.getLast());
        assertEquals(told.stream().sorted().toList(), told);
    }

    @Test
    void anIdThatComesTwiceIsRefusedWithBothPlaces() {
        Path first = file("a.jsonl", TWO);
        Path second = file("b.jsonl", "{\"text\":\"x\"}\n{\"id\":\"b\",\"text\":\"x\"}\n");
        assertProblem(() -> read(first, second), "b.jsonl, line 2", "'b'", "a.jsonl, line 2");
        assertProblem(() -> read(file("c.jsonl", TWO + "{\"id\":\"a\",\"text\":\"x\"}")), "c.jsonl, line 3", "'a'",
                "line 1");
        String split = "\",\"text\":\"" + "Hello world. ".repeat(12) + "\"}\n";
        assertProblem(() -> read(file("d.jsonl", "{\"id\":\"a#2\",\"text\":\"x\"}\n{\"id\":\"a" + split)), "'a#2'");
        assertProblem(() -> read(file("e.jsonl", "{\"id\":\"a" + split + "{\"id\":\"a\",\"text\":\"x\"}")), "'a'");
    }

    @Test
    void whatIsNotAPassageIsRefusedWithFileAndLine() {
        Map<String, String> expected = Map.ofEntries(
                Map.entry("{\"id\":\"x\"}", "no \"text\""), Map.entry("{\"text\":\" \\n\"}", "\"text\" is empty"),
                Map.entry("{\"text\":5}", "\"text\" is not a string"), Map.entry("{\"text\":null}", "not a string"),
                Map.entry("{\"text\":\"a\",\"id\":\"\"}", "empty \"id\""), Map.entry("{\"text\":\"a\",\"id\":1.5}",
                        "\"id\""),
                Map.entry("{\"text\":\"a\",\"id\":[1]}", "\"id\""), Map.entry("{\"text\":\"a\",\"id\":\"\\u001b[2J\"}",
                        "control"),
                Map.entry("{\"text\":\"a\",\"title\":{}}", "\"title\" is not a string"),
                Map.entry("{\"text\":\"a\",\"id\":\"" + "x".repeat(1001) + "\"}", "1001 characters"),
                Map.entry("{\"text\":\"\\ud83d\"}", "half a character"), Map.entry("{\"text\":\"a\\u0000b\"}", "NUL"),
                Map.entry("{\"text\":\"a\"", "not a JSON object"), Map.entry("hello", "not a JSON object"),
                Map.entry("\"text\"", "not a JSON object"), Map.entry("null", "null"), Map.entry("[{\"text\":\"a\"}]",
                        "jq"),
                Map.entry("{\"text\":\"a\"} {\"text\":\"b\"}", "not a JSON object"),
                Map.entry("{\"text\":\"a\",\"text\":\"b\"}", "not a JSON object"),
                Map.entry("{\"text\":\"a\",\"n\":" + "9".repeat(2000) + "}", "1000 digits"),
                Map.entry("{\"text\":\"a\",\"n\":" + "[".repeat(100_000) + "}", "nested deeper than 64"));
        expected.forEach((line, part) ->
                assertProblem(() -> read(file("p.jsonl", TWO + line + "\n")), "p.jsonl, line 3", part));
    }

    @Test
    void bytesThatAreNoTextAreRefusedWithLineAndByte() {
        byte[] bytes = (TWO + "{\"text\":\"caf\u00e9\"}").getBytes(StandardCharsets.ISO_8859_1);
        int at = TWO.length() + "{\"text\":\"caf".length();
        assertProblem(() -> read(file("p.jsonl", bytes)), "p.jsonl, line 3", "byte " + at, "0xe9", "UTF-8");
        assertProblem(() -> read(file("g.jsonl", gzip(bytes))), "g.jsonl, line 3", "byte " + at);
        assertProblem(() -> read(file("n.txt", "ab\n\u0000")), "n.txt, line 2", "NUL byte at byte 3");
        assertProblem(() -> read(file("u.txt", "Hello".getBytes(StandardCharsets.UTF_16LE))), "NUL", "UTF-16");
    }

    @Test
    void endlessLinesAndBombsAreRefusedBeforeTheyFillTheMemory() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            byte[] block = new byte[1 << 20];
            Arrays.fill(block, (byte) 'a');
            for (int i = 0; i < 64; i++) {
                gzip.write(block);
            }
        }
        Path bomb = file("bomb.txt.gz", packed.toByteArray());
        assertProblem(() -> read(bomb), "bomb.txt.gz, line 1", "longer than 16777216 bytes");
    }

    @Test
    void packedFilesAreReadWhateverPackedThem() throws IOException {
        ByteArrayOutputStream zstd = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(zstd)) {
            out.write(TWO.getBytes(StandardCharsets.UTF_8));
        }
        ByteArrayOutputStream bzip2 = new ByteArrayOutputStream();
        try (OutputStream out = new BZip2CompressorOutputStream(bzip2)) {
            out.write(TWO.getBytes(StandardCharsets.UTF_8));
        }
        List<String> plain = read(file("p.jsonl", TWO)).stream().map(Passage::text).toList();
        assertEquals(plain, read(file("p.jsonl.zst", zstd.toByteArray())).stream().map(Passage::text).toList());
        assertEquals(plain, read(file("p.jsonl.bz2", bzip2.toByteArray())).stream().map(Passage::text).toList());
        byte[] first = gzip(TWO.lines().findFirst().orElseThrow().getBytes(StandardCharsets.UTF_8));
        byte[] second = gzip(TWO.substring(TWO.indexOf('\n')).getBytes(StandardCharsets.UTF_8));
        byte[] inARow = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, inARow, first.length, second.length);
        assertEquals(plain, read(file("p.jsonl.gz", inARow)).stream().map(Passage::text).toList());
    }

    @Test
    void filesOfTheSameNameAreToldApartByTheirPaths() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String place : List.of("one", "two")) {
            files.add(Files.writeString(Files.createDirectories(folder.resolve(place)).resolve("x.txt"), "Hello world."));
        }
        assertEquals(files.stream().map(file -> file + "-1").toList(),
                read(files.toArray(Path[]::new)).stream().map(Passage::id).toList());
    }

    @Test
    void damagedCompressionIsRefused() {
        byte[] whole = gzip(TWO.getBytes(StandardCharsets.UTF_8));
        assertProblem(() -> read(file("p.jsonl.gz", Arrays.copyOf(whole, whole.length - 12))), "p.jsonl.gz",
                "cut off");
        assertProblem(() -> read(file("q.jsonl.gz", Arrays.copyOf(whole, 5))), "q.jsonl.gz", "cut off");
        byte[] wrongSum = whole.clone();
        wrongSum[whole.length - 6] ^= 1;
        assertProblem(() -> read(file("r.jsonl.gz", wrongSum)), "r.jsonl.gz", "damaged");
    }

    @Test
    void missingFilesAndFoldersAreRefused() {
        assertProblem(() -> read(folder.resolve("none.jsonl")), "none.jsonl", "no such file");
        assertProblem(() -> read(folder), folder.toString(), "a folder");
    }

    @Test
    void damagedFilesAreReadOrRefused() {
        long seed = new Random().nextLong();
        System.out.println("seed of damaged passages: " + seed);
        Random random = new Random(seed);
        byte[] plain = ("{\"id\":\"é\",\"text\":\"Hello \\u00e9 😀\",\"n\":[1,{\"a\":2.5}],\"title\":\"T\"}\n" + TWO)
                .getBytes(StandardCharsets.UTF_8);
        byte[] packed = gzip(plain);
        for (int round = 0; round < 1500; round++) {
            byte[] damaged = (round % 2 == 0 ? plain : packed).clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length)) : damaged;
            try {
                read(file("damaged.jsonl", cut));
            } catch (Problem problem) {
                assertFalse(problem.getMessage().matches("(?s).*[\\p{Cntrl}].*"), problem.getMessage());
                assertTrue(problem.getMessage().contains("damaged.jsonl"), problem.getMessage());
            }
        }
    }

    private static List<Passage> read(Path... files) {
        try (Stream<Passage> passages = new PassageReader(new PassageSplitter(tokenizer, 16)).read(List.of(files))) {
            return passages.toList();
        }
    }

    private Path file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(String name, byte[] content) {
        try {
            return Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static void assertProblem(org.junit.jupiter.api.function.Executable action, String... parts) {
        String message = assertThrows(Problem.class, action).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
        assertFalse(message.contains("\n"), message);
    }
}
