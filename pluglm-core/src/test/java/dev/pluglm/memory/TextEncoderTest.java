package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.PassageEncoder.Encoded;
import dev.pluglm.model.DocumentEncoderType;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.SmallVocabulary;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Vocabulary;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

class TextEncoderTest {
    private static final Vocabulary VOCABULARY = SmallVocabulary.create();
    private static final int LONGEST = 40;

    private static PlugLMModel model;
    private static Tokenizer tokenizer;
    private static TextEncoder encoder;

    @BeforeAll
    static void open() {
        model = PlugLMModel.random(config(), 1);
        tokenizer = Tokenizer.of(VOCABULARY);
        encoder = new TextEncoder(tokenizer, model.memoryEncoder().orElseThrow());
    }

    private static PlugLMConfig config() {
        return PlugLMConfig.of(c -> {
            c.vocabSize = VOCABULARY.size();
            c.hiddenSize = 32;
            c.numHiddenLayers = 2;
            c.numAttentionHeads = 2;
            c.intermediateSize = 64;
            c.memoryLayerFfnDim = 64;
            c.maxPositionEmbeddings = LONGEST;
            c.querySize = 16;
            c.initializerRange = 0.5;
        });
    }

    @Test
    void passagesThatTakeLongAreEncodedFewAtATimeToShowThatItGoesOnAndComeOutTheSame() {
        PlugLMConfig throughLayers = config().with(c -> c.documentEncoderType = DocumentEncoderType.of("first_1"));
        try (PlugLMModel slow = PlugLMModel.random(throughLayers, 2)) {
            TextEncoder few = new TextEncoder(tokenizer, slow.memoryEncoder().orElseThrow());
            assertEquals(PassageEncoder.AT_ONCE, encoder.atOnce());
            assertTrue(few.atOnce() <= 256);
            Random random = new Random(3);
            int[][] tokens = new int[few.atOnce() + 40][];
            Arrays.setAll(tokens, i -> random.ints(2 + random.nextInt(30), 1, VOCABULARY.size()).toArray());
            List<Encoded> all = few.encodeTokens(tokens);
            for (int i : new int[] {0, few.atOnce() - 1, few.atOnce(), tokens.length - 1}) {
                assertArrayEquals(few.encodeTokens(new int[][] {tokens[i]}).getFirst().key(), all.get(i).key());
            }
        }
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        model.close();
    }

    @Test
    void passagesOfAnyLengthAreEncodedInTheirOrderAsIfEachWereAlone() {
        long seed = 7;
        Random random = new Random(seed);
        List<Passage> passages = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            passages.add(Passage.of("p" + i, "hello world ".repeat(1 + random.nextInt(12)) + i));
        }
        List<Encoded> together = encoder.encode(passages);
        assertEquals(passages.size(), together.size());
        for (int i = 0; i < passages.size(); i += 97) {
            Encoded alone = encoder.encode(List.of(passages.get(i))).getFirst();
            assertArrayEquals(alone.tokens(), together.get(i).tokens(), "seed " + seed);
            assertArrayEquals(alone.key(), together.get(i).key(), 1e-4f, "seed " + seed);
            assertArrayEquals(alone.value(), together.get(i).value(), 1e-4f, "seed " + seed);
        }
        assertEquals(16, together.getFirst().key().length);
        assertEquals(32, together.getFirst().value().length);
    }

    @Test
    void theTitleStandsBeforeTheText() {
        Passage passage = new Passage("1", "is paris", Optional.of("the capital"), Optional.empty(), Map.of());
        assertEquals("the capital is paris", tokenizer.decode(encoder.encode(List.of(passage)).getFirst().tokens()));
    }

    @Test
    void aTextLongerThanTheModelsPositionsIsCutAtItsEnd() {
        int[] tokens = encoder.encode(List.of(Passage.of("1", "hello ".repeat(500)))).getFirst().tokens();
        assertEquals(LONGEST, tokens.length);
        assertEquals(VOCABULARY.separator(), tokens[LONGEST - 1]);
    }

    @Test
    void tokensThatTheModelCannotEncodeAreRefused() {
        assertTrue(refused(new int[LONGEST + 1]).contains("41 tokens"));
        assertTrue(refused(new int[0]).contains("0 tokens"));
        assertTrue(refused(new int[] {1, VOCABULARY.size()}).contains("token id " + VOCABULARY.size()));
        assertTrue(refused(new int[] {-1}).contains("token id -1"));
    }

    private static String refused(int[] tokens) {
        return assertThrows(Problem.class, () -> encoder.encodeTokens(new int[][] {{1}, tokens})).getMessage();
    }

    @Test
    void noPassagesAreNoWork() {
        assertEquals(List.of(), encoder.encode(List.of()));
    }

    @Test
    void theFingerprintIsThatOfTheWeights() {
        try (PlugLMModel same = PlugLMModel.random(config(), 1); PlugLMModel other = PlugLMModel.random(config(), 2)) {
            assertEquals(encoder.fingerprint(),
                    new TextEncoder(tokenizer, same.memoryEncoder().orElseThrow()).fingerprint());
            assertTrue(!encoder.fingerprint().equals(
                    new TextEncoder(tokenizer, other.memoryEncoder().orElseThrow()).fingerprint()));
        }
    }
}
