package dev.pluglm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

class VocabularyTest {

    private static final String SPECIALS = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";

    @TempDir
    Path folder;

    @Test
    void tokensAreNumberedInTheOrderOfTheirLines() {
        Vocabulary vocabulary = Vocabulary.read(file("[MASK]\nthe\n[PAD]\n[CLS]\n##s\n[SEP]\n[UNK]\n"));
        assertEquals(7, vocabulary.size());
        assertEquals(OptionalInt.of(1), vocabulary.id("the"));
        assertEquals(OptionalInt.empty(), vocabulary.id("The"));
        assertEquals("##s", vocabulary.token(4));
        assertEquals(List.of(2, 6, 3, 5, 0), List.of(vocabulary.padding(), vocabulary.unknown(),
                vocabulary.classification(), vocabulary.separator(), vocabulary.mask()));
        assertTrue(vocabulary.isSpecial(0));
        assertFalse(vocabulary.isSpecial(1));
    }

    @Test
    void windowsLineEndsAByteOrderMarkAndAMissingLastLineEndMakeNoDifference() {
        Vocabulary plain = Vocabulary.read(file(SPECIALS + "the\n"));
        assertEquals(plain, Vocabulary.read(file("\uFEFF" + (SPECIALS + "the").replace("\n", "\r\n"))));
    }

    @Test
    void aWrittenVocabularyIsReadBackTheSame() throws IOException {
        Vocabulary vocabulary = SmallVocabulary.create();
        Path file = folder.resolve("written.txt");
        vocabulary.write(file);
        vocabulary.write(file);
        assertEquals(vocabulary, Vocabulary.read(file));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aVocabularyThatCannotBeWrittenLeavesNothing() throws IOException {
        Path target = Files.createDirectories(folder.resolve("a folder").resolve("with something")).getParent();
        assertProblem(() -> SmallVocabulary.create().write(target), "a folder", "cannot be written");
        assertFalse(Files.exists(folder.resolve("a folder.part")));
    }

    @Test
    void anIdThatIsNotThereIsRefusedWithBothValues() {
        Vocabulary vocabulary = SmallVocabulary.create();
        String message = assertThrows(IllegalArgumentException.class, () -> vocabulary.token(9999)).getMessage();
        assertTrue(message.contains("9999") && message.contains(String.valueOf(vocabulary.size())), message);
        assertThrows(IllegalArgumentException.class, () -> vocabulary.token(-1));
    }

    @Test
    void missingSpecialTokensAreNamed() {
        assertProblem(() -> Vocabulary.read(file("[PAD]\n[UNK]\n[CLS]\nthe\n")), "no [SEP] and no [MASK]", "4 tokens");
    }

    @Test
    void aTokenThatIsThereTwiceIsRefusedWithBothLines() {
        assertProblem(() -> Vocabulary.read(file(SPECIALS + "the\nof\nthe\n")), "line 8", "'the'", "line 6");
    }

    @Test
    void emptyFilesAndEmptyLinesAreRefused() {
        assertProblem(() -> Vocabulary.read(file("")), "empty");
        assertProblem(() -> Vocabulary.read(file(SPECIALS + "\nthe\n")), "line 6", "empty line");
    }

    @Test
    void whatIsNotUtf8IsRefusedWithItsLine() throws IOException {
        Path file = folder.resolve("latin1.txt");
        Files.write(file, (SPECIALS + "the\ncafé\n").getBytes(StandardCharsets.ISO_8859_1));
        assertProblem(() -> Vocabulary.read(file), "latin1.txt, line 7", "UTF-8");
    }

    @Test
    void aFileThatIsTooLargeIsRefused() throws IOException {
        Path file = folder.resolve("huge.txt");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(10L << 30);
        }
        assertProblem(() -> Vocabulary.read(file), "huge.txt", "larger than");
    }

    @Test
    void missingFilesAndFoldersAreRefused() {
        assertProblem(() -> Vocabulary.read(folder.resolve("none.txt")), "none.txt", "no such file");
        assertProblem(() -> Vocabulary.read(folder), folder.toString(), "cannot be read");
    }

    @Test
    void damagedVocabulariesAreReadOrRefused() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed of damaged vocabularies: " + seed);
        Random random = new Random(seed);
        byte[] whole = String.join("\n", SmallVocabulary.create().tokens()).getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("damaged.txt");
        for (int round = 0; round < 300; round++) {
            byte[] damaged = whole.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            try {
                Vocabulary.read(file);
            } catch (Problem problem) {
                assertFalse(problem.getMessage().contains("\n"), problem.getMessage());
            }
        }
    }

    private Path file(String content) {
        try {
            return Files.writeString(folder.resolve("vocab.txt"), content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void assertProblem(org.junit.jupiter.api.function.Executable action, String... parts) {
        String message = assertThrows(Problem.class, action).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
        assertFalse(message.contains("\n"), message);
    }
}
