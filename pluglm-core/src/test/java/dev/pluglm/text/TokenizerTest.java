package dev.pluglm.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class TokenizerTest {

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
    void aTextIsSurroundedByClsAndSep() {
        Tokens tokens = tokenizer.encode("The capital of France is Paris.", 512);
        assertEquals("[CLS] the capital of france is paris . [SEP]", shown(tokens));
        assertArrayEquals(new int[] {-1, 0, 1, 2, 3, 4, 5, 6, -1}, tokens.wordIds());
        assertArrayEquals(new int[9], tokens.typeIds());
        assertFalse(tokens.truncated());
    }

    @Test
    void longWordsAreTakenApartAndStayOneWord() {
        Tokens tokens = tokenizer.encode("unaffable Xyz", 512);
        assertEquals("[CLS] una ##ffa ##ble x ##y ##z [SEP]", shown(tokens));
        assertArrayEquals(new int[] {-1, 0, 0, 0, 1, 1, 1, -1}, tokens.wordIds());
        assertArrayEquals(new int[] {0, 0, 3, 6, 10, 11, 12, 0}, tokens.charStart());
        assertArrayEquals(new int[] {0, 3, 6, 9, 11, 12, 13, 0}, tokens.charEnd());
    }

    @Test
    void accentsCaseAndControlCharactersAreDropped() {
        assertEquals("[CLS] cafe cafe cafe hello [SEP]",
                shown(tokenizer.encode("CAFÉ cafe\u0301 ca\u0000f\u0007\u200de\uFFFD hello", 512)));
    }

    @Test
    void chineseCharactersAreWordsOfTheirOwn() {
        Tokens tokens = tokenizer.encode("hello中国a龘", 512);
        assertEquals("[CLS] hello 中 国 a [UNK] [SEP]", shown(tokens));
        assertArrayEquals(new int[] {-1, 0, 1, 2, 3, 4, -1}, tokens.wordIds());
    }

    @Test
    void punctuationIsSplitCharacterByCharacter() {
        assertEquals("[CLS] don ' t ! ! [SEP]", shown(tokenizer.encode("don't!!", 512)));
    }

    @Test
    void whatCannotBePutTogetherIsUnknown() {
        assertEquals("[CLS] [UNK] a [SEP]", shown(tokenizer.encode("жук a", 512)));
    }

    @Test
    void specialTokensInTheTextAreOneToken() {
        Tokens tokens = tokenizer.encode("The capital is [MASK].[SEP] [mask]", 512);
        assertEquals("[CLS] the capital is [MASK] . [SEP] [ m ##a ##s ##k ] [SEP]", shown(tokens));
        assertEquals(tokenizer.vocabulary().mask(), tokens.ids()[4]);
        assertEquals(3, tokens.wordIds()[4]);
        assertEquals(15, tokens.charStart()[4]);
        assertEquals(21, tokens.charEnd()[4]);
    }

    @Test
    void furtherSpecialTokensAreRecognisedWhenAskedFor() {
        assertEquals("[CLS] [ u ##n ##u ##s ##e ##d ##1 ] a [SEP]", shown(tokenizer.encode("[unused1] a", 512)));
        try (Tokenizer tagging = Tokenizer.of(SmallVocabulary.create(), "[unused1]")) {
            assertEquals("[CLS] [unused1] a [SEP]", shown(tagging.encode("[unused1] a", 512)));
        }
        assertThrows(Problem.class, () -> Tokenizer.of(SmallVocabulary.create(), "[unused7]"));
    }

    @Test
    void offsetsAreJavaCharsOfTheOriginalText() {
        String text = "😀 Café e\u0301 𝔘 hello😀.world 中";
        Tokens tokens = tokenizer.tokenize(text);
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < tokens.length(); i++) {
            pieces.add(text.substring(tokens.charStart()[i], tokens.charEnd()[i]));
        }
        assertEquals(List.of("😀", "Café", "e", "𝔘", "hello😀", ".", "world", "中"), pieces);
    }

    @Test
    void surrogatesWithoutPartnerAreDroppedAndShiftNothing() {
        Tokens tokens = tokenizer.tokenize("\uD83D hello\uDE00 😀 world\uD83D");
        assertEquals("hello 😀 world", shown(tokens));
        assertArrayEquals(new int[] {2, 9, 12}, tokens.charStart());
        assertArrayEquals(new int[] {7, 11, 17}, tokens.charEnd());
    }

    @Test
    void anEmptyTextIsClsAndSep() {
        for (String text : List.of("", "  \n\t", "\u0000\u0001")) {
            assertEquals("[CLS] [SEP]", shown(tokenizer.encode(text, 512)));
            assertEquals(0, tokenizer.tokenize(text).length());
        }
    }

    @Test
    void onlyTheTextIsCut() {
        Tokens tokens = tokenizer.encode("the capital of france", 5);
        assertEquals("[CLS] the capital of [SEP]", shown(tokens));
        assertTrue(tokens.truncated());
        assertFalse(tokenizer.encode("the capital of", 5).truncated());
        assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("the", 2));
    }

    @Test
    void pairsHaveTypesAndCountTheirWordsAnew() {
        Tokens tokens = tokenizer.encodePair("hello world", "the army", 512, Truncation.LONGEST_FIRST);
        assertEquals("[CLS] hello world [SEP] the army [SEP]", shown(tokens));
        assertArrayEquals(new int[] {0, 0, 0, 0, 1, 1, 1}, tokens.typeIds());
        assertArrayEquals(new int[] {-1, 0, 1, -1, 0, 1, -1}, tokens.wordIds());
        assertArrayEquals(new int[] {0, 0, 6, 0, 0, 4, 0}, tokens.charStart());
    }

    @Test
    void pairsAreCutByTheRuleThatWasAskedFor() {
        assertEquals("[CLS] a a [SEP] the the the the [SEP]", pair(2, 9, 9, Truncation.LONGEST_FIRST));
        assertEquals("[CLS] a a a a [SEP] the the [SEP]", pair(9, 2, 9, Truncation.LONGEST_FIRST));
        assertEquals("[CLS] a a a [SEP] the the the the [SEP]", pair(8, 9, 10, Truncation.LONGEST_FIRST));
        assertEquals("[CLS] a a a a [SEP] the the the [SEP]", pair(9, 8, 10, Truncation.LONGEST_FIRST));
        assertEquals("[CLS] a a a [SEP] the the the the [SEP]", pair(9, 9, 10, Truncation.LONGEST_FIRST));
        assertEquals("[CLS] a [SEP] the the the the the [SEP]", pair(9, 5, 9, Truncation.FIRST));
        assertEquals("[CLS] a a a a a [SEP] the [SEP]", pair(5, 9, 9, Truncation.SECOND));
        assertEquals("[CLS] a a [SEP] the [SEP]", pair(2, 1, 9, Truncation.SECOND));
        String message = assertThrows(Problem.class, () -> pair(9, 5, 9, Truncation.SECOND)).getMessage();
        assertTrue(message.contains("9 tokens") && message.contains("room for 6"), message);
    }

    @Test
    void aTextInWordsKeepsTheirNumbers() {
        Tokens tokens = tokenizer.encodeWords(List.of("Dr.", "", "unaffable", "\u200d", "Army"), 512);
        assertEquals("[CLS] dr . una ##ffa ##ble army [SEP]", shown(tokens));
        assertArrayEquals(new int[] {-1, 0, 0, 2, 2, 2, 4, -1}, tokens.wordIds());
        Tokens cut = tokenizer.encodeWords(List.of("unaffable", "army", "the"), 5);
        assertEquals("[CLS] una ##ffa ##ble [SEP]", shown(cut));
        assertTrue(cut.truncated());
    }

    @Test
    void aPassageIsItsTitleAndItsText() {
        assertEquals("[CLS] france the capital [SEP]", passage(Optional.of("France"), "the capital", 512));
        assertEquals("[CLS] the capital [SEP]", passage(Optional.empty(), "the capital", 512));
        assertEquals("[CLS] a a a the the the [SEP]",
                passage(Optional.of("a ".repeat(99)), "the ".repeat(99), 8));
        assertEquals("[CLS] a a a a a the [SEP]", passage(Optional.of("a ".repeat(99)), "the", 8));
    }

    @Test
    void manyTextsAtOnceAreEncodedAsOneByOne() {
        List<String> texts = new ArrayList<>();
        long seed = new Random().nextLong();
        System.out.println("seed of many texts: " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            texts.add(randomText(random, random.nextInt(60)));
        }
        texts.set(1500, "hello ".repeat(20_000));
        List<Tokens> together = tokenizer.encodeAll(texts, 24);
        assertEquals(texts.size(), together.size());
        for (int i = 0; i < texts.size(); i++) {
            assertSame(tokenizer.encode(texts.get(i), 24), together.get(i));
        }
        assertEquals(List.of(), tokenizer.encodeAll(List.of(), 24));
    }

    @Test
    void longTextsHaveTheTokensOfTheirParts() {
        String part = "The 😀 capital of Café unaffable [MASK]. ";
        Tokens one = tokenizer.tokenize(part);
        Tokens many = tokenizer.tokenize(part.repeat(5000));
        assertEquals(one.length() * 5000, many.length());
        for (int i = 0; i < many.length(); i++) {
            int round = i / one.length();
            int at = i % one.length();
            assertEquals(one.ids()[at], many.ids()[i]);
            assertEquals(one.charStart()[at] + round * part.length(), many.charStart()[i]);
            assertEquals(one.charEnd()[at] + round * part.length(), many.charEnd()[i]);
            if (i > 0) {
                assertTrue(many.wordIds()[i] >= many.wordIds()[i - 1]);
            }
        }
    }

    @Test
    void aWordOfMegabytesIsOneUnknownWord() {
        assertEquals("[CLS] [UNK] hello [SEP]", shown(tokenizer.encode("x".repeat(2_000_000) + " hello", 512)));
        assertEquals(512, tokenizer.encode("中".repeat(2_000_000), 512).length());
    }

    @Test
    void idsBecomeReadableText() {
        String text = "Hello, world! The (unaffable) capital; don't: 5%.";
        assertEquals("hello, world! the (unaffable) capital; don't: 5%.",
                tokenizer.decode(tokenizer.encode(text, 512).ids()));
        assertEquals("", tokenizer.decode(new int[] {0, tokenizer.vocabulary().mask()}));
        assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {100_000}));
    }

    @Test
    void randomTextsHaveOffsetsWithinTheTextAndWordsInOrder() {
        long seed = new Random().nextLong();
        System.out.println("seed of random texts: " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            String text = randomText(random, 80);
            Tokens tokens = tokenizer.tokenize(text);
            for (int i = 0; i < tokens.length(); i++) {
                assertTrue(tokens.charStart()[i] >= 0 && tokens.charStart()[i] < tokens.charEnd()[i]
                        && tokens.charEnd()[i] <= text.length(), text);
                assertTrue(i == 0 || tokens.charStart()[i] >= tokens.charStart()[i - 1], text);
                assertTrue(i == 0 || tokens.wordIds()[i] >= tokens.wordIds()[i - 1], text);
            }
        }
    }

    @Test
    void severalThreadsMayEncodeAndOneMayClose() throws Exception {
        Tokenizer shared = Tokenizer.of(SmallVocabulary.create());
        Tokens expected = shared.encode("the capital of france", 512);
        CountDownLatch allAtWork = new CountDownLatch(4);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> work = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                Callable<Integer> encoding = () -> {
                    int done = 0;
                    try {
                        while (true) {
                            assertArrayEquals(expected.ids(), shared.encode("the capital of france", 512).ids());
                            if (++done == 1) {
                                allAtWork.countDown();
                            }
                            if (done == 1000) {
                                allAtWork.await();
                                shared.close();
                            }
                        }
                    } catch (IllegalStateException closed) {
                        return done;
                    }
                };
                work.add(threads.submit(encoding));
            }
            for (Future<Integer> each : work) {
                assertTrue(each.get() > 0);
            }
        }
        shared.close();
        assertThrows(IllegalStateException.class, () -> shared.encode("a", 512));
    }

    private static String randomText(Random random, int length) {
        String[] parts = {"hello", " ", " ", "\n", "é", "e\u0301", "😀", "中", "[MASK]", "[", "]", "##", "\u0000",
            "\uD83D", "\uDE00", ".", "don't", "ﬁ", "İ", "ß", "한국", "\u200d", "Ⅷ", "ก็", "x"};
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    private static void assertSame(Tokens expected, Tokens actual) {
        assertArrayEquals(expected.ids(), actual.ids());
        assertArrayEquals(expected.wordIds(), actual.wordIds());
        assertArrayEquals(expected.charStart(), actual.charStart());
        assertArrayEquals(expected.charEnd(), actual.charEnd());
        assertEquals(expected.truncated(), actual.truncated());
    }

    private static String pair(int first, int second, int maxLength, Truncation truncation) {
        return shown(tokenizer.encodePair("a ".repeat(first), "the ".repeat(second), maxLength, truncation));
    }

    private static String passage(Optional<String> title, String text, int maxLength) {
        return shown(tokenizer.encodePassage(title, text, maxLength));
    }

    private static String shown(Tokens tokens) {
        return shown(tokens.ids());
    }

    private static String shown(int[] ids) {
        return String.join(" ", Arrays.stream(ids).mapToObj(tokenizer::token).toList());
    }
}
