package dev.pluglm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

class PassageSplitterTest {

    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.of(SmallVocabulary.create());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void aTextThatFitsStaysAsItIs() {
        assertEquals(List.of("  Hello world.\nThe army. "), split(20, "  Hello world.\nThe army. "));
        assertEquals(List.of(), split(20, " \n "));
    }

    @Test
    void aLongTextIsSplitAtSentenceEnds() {
        // hello world . = 3 tokens; 6 fit beside [CLS] and [SEP].
        assertEquals(List.of("Hello world. Hello world!", "Hello world? The army.", "A."),
                split(8 + 1, "Hello world. Hello world!  Hello world? The army. A."));
    }

    @Test
    void abbreviationsAndDecimalsAreNoSentenceEnds() {
        for (String sentence : List.of("Paris is of Dr. Smith of France.", "The army is the U.S. Army of France.",
                "The capital, e.g. Paris, is of the world.", "The world of i.e. France is 3.14 of Paris.",
                "The army of J. R. R. Smith is a world.", "The world of Smith et al. 1990 is 2,000.50 of it.",
                "The St. Smith of Mt. Paris vs. Prof. World.")) {
            String other = "The capital of the world is Paris.";
            int limit = Math.max(tokenizer.tokenize(sentence).length(), tokenizer.tokenize(other).length());
            assertEquals(List.of(other, sentence, other), split(limit + 2, other + " " + sentence + " " + other));
        }
    }

    @Test
    void aWrappedLineIsNoSentenceEndButAnEmptyLineIs() {
        assertEquals(List.of("the capital\nof france is", "the capital\r\nof paris"),
                split(8, "the capital\nof france is\n\nthe capital\r\nof paris"));
    }

    @Test
    void aSentenceThatIsTooLongIsSplitBetweenWords() {
        assertEquals(List.of("Hello.", "The unaffable of the", "unaffable world"),
                split(8, "Hello. The unaffable of the unaffable world"));
        assertEquals(List.of("中国中国中国", "中国"), split(8, "中国中国中国中国"));
        assertEquals(List.of("中国。中国。", "中国"), split(8, "中国。中国。中国"));
    }

    @Test
    void aWordThatIsTooLongIsSplitInside() {
        List<String> passages = split(8, "the " + "xyz".repeat(5) + " army of france is a world");
        assertEquals("the", passages.getFirst());
        assertEquals("xyz".repeat(5), String.join("", passages.subList(1, passages.size() - 1)));
        assertEquals("army of france is a world", passages.getLast());
    }

    @Test
    void aTitleTakesRoomButNotMoreThanHalf() {
        String text = "Hello world. Hello world. Hello world.";
        assertEquals(1, split(11, text).size());
        assertEquals(List.of("Hello world. Hello world.", "Hello world."),
                new PassageSplitter(tokenizer, 11).split(Optional.of("France"), text));
        assertEquals(List.of("Hello world.", "Hello world.", "Hello world."),
                new PassageSplitter(tokenizer, 10).split(Optional.of("a ".repeat(99)), text));
    }

    @Test
    void aLimitThatHoldsNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PassageSplitter(tokenizer, 7));
    }

    @Test
    void nothingIsLostOrDoubledAndEveryPassageFits() {
        long seed = new Random().nextLong();
        System.out.println("seed of split texts: " + seed);
        Random random = new Random(seed);
        String[] parts = {"Hello", "the", "capital", "Dr. Smith", "U.S. Army", "unaffable", "3.14", "中国。", "中", "😀",
            "é", "e\u0301", "[MASK]", "\u0000", "\uD83D", "x".repeat(150), "xyz".repeat(9), "don't", "(a)",
            "\"Hello!\"", "e.g.", "\n", "\n\n", "\t", ". ", "! ", "? ", ".", "...", "한국", "\u200d", "\u2028",
            "\uFFFD", "[SEP]", "Hi![MASK]"};
        for (int round = 0; round < 600; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(80); i >= 0; i--) {
                text.append(parts[random.nextInt(parts.length)]).append(random.nextInt(3) == 0 ? "" : " ");
            }
            int maxTokens = 8 + random.nextInt(40);
            Optional<String> title = random.nextBoolean() ? Optional.empty()
                    : Optional.of("the capital ".repeat(random.nextInt(8)));
            List<String> passages = new PassageSplitter(tokenizer, maxTokens).split(title, text.toString());
            assertEquals(squeezed(text.toString()), squeezed(String.join("", passages)), "round " + round);
            int room = maxTokens - 2;
            int titleTokens = title.map(it -> tokenizer.tokenize(it).length()).orElse(0);
            for (String passage : passages) {
                int tokens = tokenizer.tokenize(passage).length();
                assertTrue(tokens <= room - Math.min(titleTokens, room - room / 2), "round " + round + ": " + passage);
                if (passages.size() > 1) {
                    assertEquals(passage.strip(), passage);
                }
            }
        }
    }

    @Test
    void hostileTextsTakeLittleTime() {
        for (String part : List.of("a. ", ".", "!", "a.", "A.B.", "(", "\n", "\n\n", "x", "x ", "\u0301", "a.\u2028",
                "Dr. ", "e.g. ", "😀", "\uD83D", "[MASK]", "' ", ".) ")) {
            String text = part.repeat(60_000 / part.length());
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                assertEquals(squeezed(text), squeezed(String.join("", split(64, text))));
            }, part);
        }
    }

    private static List<String> split(int maxTokens, String text) {
        return new PassageSplitter(tokenizer, maxTokens).split(text);
    }

    private static String squeezed(String text) {
        StringBuilder squeezed = new StringBuilder();
        text.codePoints().filter(c -> !Character.isWhitespace(c)).forEach(squeezed::appendCodePoint);
        return squeezed.toString();
    }
}
