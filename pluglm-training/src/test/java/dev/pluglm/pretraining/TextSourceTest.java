package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.Progress;
import dev.pluglm.corpus.ReadOptions;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.Tokenizer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSourceTest extends SampleSourceContract {
    private static final WindowOptions OPTIONS = WindowOptions.defaults().withMaxTokens(MAX_TOKENS).withShortTokens(8);
    private static Tokenizer tokenizer;

    @TempDir
    Path folder;
    private Path file;

    @BeforeAll
    static void openTokenizer() {
        tokenizer = Tokenizer.of(TestVocabulary.VOCABULARY);
    }

    @AfterAll
    static void closeTokenizer() {
        tokenizer.close();
    }

    @BeforeEach
    void documents() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            StringBuilder text = new StringBuilder();
            for (int sentence = random.nextInt(8); sentence >= 0; sentence--) {
                text.append("The ").append("cab ".repeat(random.nextInt(4))).append("was born in ")
                        .append("Paris ".repeat(random.nextInt(2))).append(random.nextInt(100)).append(". ");
            }
            lines.append("{\"id\": %d, \"title\": \"Fad %d\", \"text\": \"%s\"}\n".formatted(i, i, text));
        }
        file = Files.writeString(folder.resolve("texts.jsonl"), lines);
    }

    @Override
    SampleSource open(long seed) {
        return open(seed, file, OPTIONS);
    }

    private static TextSource open(long seed, Path path, WindowOptions options) {
        return TextSource.read(Corpus.of(List.of(path.toString())), ReadOptions.defaults(), tokenizer, options, seed,
                Progress.none());
    }

    private Path text(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static String json(String title, String text) {
        return "{\"title\": \"%s\", \"text\": \"%s\"}\n".formatted(title, text);
    }

    @Test
    void everyEpochCutsOtherWindowsAndInTimeAllOfATextIsSeen() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            text.append("Cab ").append((char) ('a' + i % 26)).append(" is ").append(i).append(". ");
        }
        TextSource source = open(1, text("long.jsonl", json("Fad", text.toString())), OPTIONS.withShortShare(0));
        Set<String> windows = new HashSet<>();
        for (int epoch = 0; epoch < 40; epoch++) {
            windows.addAll(read(source, epoch));
        }
        assertTrue(windows.size() > source.size() * 3 / 2, windows.size() + " windows");
        for (int i = 0; i < 30; i++) {
            String sentence = "i ##s " + String.join(" ##", String.valueOf(i).split("")) + " .";
            assertTrue(windows.stream().anyMatch(window -> window.contains(sentence)), sentence);
        }
        assertTrue(windows.stream().allMatch(window -> window.startsWith("[CLS] c ##a ##b")
                && window.contains(" . [SEP]")), "windows of whole sentences");
    }

    @Test
    void aShortWindowIsTheTitleAndOneSentence() throws IOException {
        Path path = text("short.jsonl", json("Una", "The cab was in Paris. The dad was born in Paris."));
        for (String sample : read(open(1, path, OPTIONS.withMaxTokens(30).withShortTokens(9).withShortShare(1)), 0)) {
            assertTrue(sample.startsWith("[CLS] una the c ##a ##b was in paris . [SEP]")
                    || sample.startsWith("[CLS] una the d ##a ##d was born in paris . [SEP]"), sample);
        }
    }

    @Test
    void aPartOfALongSentenceHoldsOneOfItsNames() throws IOException {
        Path path = text("one.jsonl",
                json("Una", "The " + "was born ".repeat(30) + "in Paris " + "the was ".repeat(30)));
        TextSource source = open(1, path, OPTIONS.withShortShare(1));
        for (int epoch = 0; epoch < 20; epoch++) {
            for (String sample : read(source, epoch)) {
                assertTrue(sample.contains("paris"), sample);
                assertTrue(sample.contains("Span["), sample);
            }
        }
    }

    @Test
    void halfOfTheSamplesAreShortUnlessTheOptionsSayOtherwise() {
        assertNear(0.5, shortShare(open(chosen, file, OPTIONS)));
        assertEquals(0, shortShare(open(chosen, file, OPTIONS.withShortShare(0))));
        assertEquals(1, shortShare(open(chosen, file, OPTIONS.withShortShare(1))));
    }

    private static double shortShare(SampleSource source) {
        int titled = 0;
        int all = 0;
        for (int epoch = 0; epoch < 10; epoch++) {
            for (String sample : read(source, epoch)) {
                titled += sample.startsWith("[CLS] f ##a ##d") ? 1 : 0;
                all++;
            }
        }
        return (double) titled / all;
    }

    private static void assertNear(double expected, double found) {
        assertEquals(expected, found, 0.1);
    }

    @Test
    void longWindowsBeginWithTheTitleWhereThatIsAskedFor() {
        TextSource source = open(1, file, OPTIONS.withShortShare(0).withPrefixTitle(true));
        assertTrue(read(source, 0).stream().allMatch(sample -> sample.startsWith("[CLS] f ##a ##d")));
    }

    @Test
    void spansOfASampleAreTheNamesInIt() throws IOException {
        Path path = text("one.jsonl", json("Fad", "The cab of Una was born in Paris 12 March 1990."));
        try (SampleSource.Epoch epoch = open(1, path, OPTIONS.withMaxTokens(40).withShortShare(0)).epoch(0)) {
            TrainingSample sample = epoch.next();
            List<String> spans = sample.spans().stream().map(span -> TestVocabulary.pieces(
                    Arrays.copyOfRange(sample.ids(), span.from(), span.to()))).toList();
            assertEquals(List.of("una", "paris", "1 ##2 m ##a ##r ##c ##h 1 ##9 ##9 ##0"), spans);
        }
    }

    @Test
    void aPackedFileGivesTheSameSamples() throws IOException {
        Path packed = folder.resolve("texts.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(Files.readAllBytes(file));
        }
        assertEquals(read(open(1), 0), read(open(1, packed, OPTIONS), 0));
        assertEquals(open(1).fingerprint(), open(1, packed, OPTIONS).fingerprint());
    }

    @Test
    void theFingerprintTellsOtherTextAndOtherOptions() throws IOException {
        String fingerprint = open(1).fingerprint();
        assertNotEquals(fingerprint, open(1, file, OPTIONS.withShortTokens(9)).fingerprint());
        Files.writeString(file, Files.readString(file).replaceFirst("Fad 7", "Fad 8"));
        assertNotEquals(fingerprint, open(1).fingerprint());
    }

    @Test
    void aCorpusWithoutTextToLearnFromIsRefusedWithItsName() throws IOException {
        Path path = text("none.jsonl", json("Fad", "\uD83D\uDE00 \uD83D\uDE00") + json("Fad", ""));
        String message = assertThrows(Problem.class, () -> open(1, path, OPTIONS)).getMessage();
        assertTrue(message.startsWith(path.toString()) && message.contains("no text to train on"), message);
        Path bad = text("bad.jsonl", "{\"title\": \"a\"}\n{nonsense\n");
        String place = assertThrows(Problem.class, () -> open(1, bad, OPTIONS)).getMessage();
        assertTrue(place.contains("2 bad, the first: ") && place.contains("line 1"), place);
    }

    @Test
    void aFileThatIsCutOffIsRefusedWithItsName() throws IOException {
        Path packed = folder.resolve("cut.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(Files.readAllBytes(file));
        }
        byte[] bytes = Files.readAllBytes(packed);
        Files.write(packed, Arrays.copyOf(bytes, bytes.length / 2));
        String message = assertThrows(Problem.class, () -> open(1, packed, OPTIONS)).getMessage();
        assertTrue(message.contains("cut.jsonl.gz"), message);
    }

    @Test
    void oddTextsAreCutWithoutFailing() throws IOException {
        StringBuilder lines = new StringBuilder();
        String alphabet = "aÄ\u0301\uD83D\uDE00中.,!? \u0000\u00a0Z9-'’“%&/\u200b\uFFFD[SEP]";
        for (int i = 0; i < 200; i++) {
            StringBuilder text = new StringBuilder();
            for (int c = random.nextInt(400); c > 0; c--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            lines.append(new ObjectMapper().writeValueAsString(
                    Map.of("title", "ä" + i, "text", text.toString()))).append('\n');
        }
        Path path = Files.write(folder.resolve("odd.jsonl"), lines.toString().getBytes(StandardCharsets.UTF_8));
        TextSource source = open(chosen, path, OPTIONS);
        SalientMasking masking = new SalientMasking(TestVocabulary.VOCABULARY, MaskingOptions.defaults(), 0.3, 0);
        for (int epoch = 0; epoch < 5; epoch++) {
            try (SampleSource.Epoch samples = source.epoch(epoch)) {
                samples.forEachRemaining(sample -> {
                    assertTrue(sample.length() <= MAX_TOKENS, "seed " + chosen);
                    masking.mask(sample, new SplittableRandom(chosen));
                });
            }
        }
    }
}
