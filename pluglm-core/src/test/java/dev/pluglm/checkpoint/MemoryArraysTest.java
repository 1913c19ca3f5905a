package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.Entry;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.SmallVocabulary;
import dev.pluglm.text.Tokenizer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

class MemoryArraysTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeTwoPassages() throws IOException {
        Npy.write(file(MemoryArrays.KEYS), StoredTensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        Npy.write(file(MemoryArrays.VALUES), StoredTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        Npy.write(file(MemoryArrays.DOCUMENTS), StoredTensor.of(new short[] {4, 7, 5, 4, 5, 0}, 2, 3));
        Files.writeString(file(MemoryArrays.TEXTS), """
                {"id": "a", "text": "the"}
                {"id": "b", "text": ""}
                """);
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private MemoryArrays open(boolean texts) {
        return MemoryArrays.open(new MemoryArrays.Parts(file(MemoryArrays.KEYS),
                Optional.of(file(MemoryArrays.VALUES)), file(MemoryArrays.DOCUMENTS),
                texts ? Optional.of(file(MemoryArrays.TEXTS)) : Optional.empty(), Optional.empty()));
    }

    private List<Entry> entries(boolean texts) {
        try (MemoryArrays arrays = open(texts)) {
            List<Entry> entries = new ArrayList<>();
            arrays.entries(Optional.empty()).forEachRemaining(entries::add);
            return entries;
        }
    }

    private String refused() {
        return assertThrows(Problem.class, () -> entries(true)).getMessage();
    }

    @Test
    void rowsOfEachArrayAndLinesOfTheTextsAreTheSamePassage() {
        List<Entry> entries = entries(true);
        assertEquals(List.of("a", "b"), entries.stream().map(it -> it.passage().id()).toList());
        assertArrayEquals(new float[] {3, 4}, entries.get(1).encoded().key());
        assertArrayEquals(new float[] {4, 5, 6}, entries.get(1).encoded().value());
        assertArrayEquals(new int[] {4, 5}, entries.get(1).encoded().tokens());
        assertEquals("", entries.get(1).passage().text());
    }

    @Test
    void textsAreMadeFromTheTokensWhereThereIsATokenizer() {
        try (MemoryArrays arrays = open(false); Tokenizer tokenizer = Tokenizer.of(SmallVocabulary.create())) {
            Entry first = arrays.entries(Optional.of(tokenizer)).next();
            assertEquals("documents-0", first.passage().id());
            assertEquals("the", first.passage().text());
        }
        assertEquals("", entries(false).getFirst().passage().text());
    }

    @Test
    void partsThatDoNotBelongTogetherAreRefusedWithBothNumbers() throws IOException {
        Npy.write(file(MemoryArrays.KEYS), StoredTensor.of(new float[] {1, 2, 3}, 3, 1));
        assertTrue(refused().matches(".*keys.npy: has 3 rows, but .*documents.npy has 2.*"), this::refused);
        Npy.write(file(MemoryArrays.KEYS), StoredTensor.of(new long[] {1, 2}, 2, 1));
        assertTrue(refused().contains("holds I64 [2, 1]; expected keys"), this::refused);
        writeTwoPassages();
        Files.writeString(file(MemoryArrays.TEXTS), "{\"id\": \"a\", \"text\": \"the\"}\n");
        assertTrue(refused().contains("1 passages, but"), this::refused);
        Files.writeString(file(MemoryArrays.TEXTS), "{\"text\": \"the\"}\n".repeat(3));
        assertTrue(refused().contains("more passages than"), this::refused);
        Files.delete(file(MemoryArrays.VALUES));
        assertTrue(refused().contains("values.npy: there is no such file"), this::refused);
    }

    @Test
    void rowsWithoutTokensAndNegativeIdsAreRefusedWithTheirPlace() {
        Npy.write(file(MemoryArrays.DOCUMENTS), StoredTensor.of(new short[] {4, 5, 0, 0}, 2, 2));
        assertTrue(refused().contains("row 1: holds no tokens"), this::refused);
        Npy.write(file(MemoryArrays.DOCUMENTS), StoredTensor.of(new short[] {4, 5, 4, -5}, 2, 2));
        assertTrue(refused().contains("row 1, column 1: -5 is no token id"), this::refused);
        Npy.write(file(MemoryArrays.DOCUMENTS), StoredTensor.of(new short[] {4, 5}, 2));
        assertTrue(refused().contains("expected token ids"), this::refused);
        Npy.write(file(MemoryArrays.DOCUMENTS), StoredTensor.of(new short[0], 0, 5));
        assertTrue(refused().contains("has 2 rows, but"), this::refused);
    }

    @Test
    void whateverIsChangedInAFileItIsReadOrRefused() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed of damaged arrays: " + seed);
        Random random = new Random(seed);
        List<String> names = List.of(
                MemoryArrays.KEYS, MemoryArrays.VALUES, MemoryArrays.DOCUMENTS, MemoryArrays.TEXTS);
        for (int i = 0; i < 400; i++) {
            Path file = file(names.get(random.nextInt(names.size())));
            byte[] sound = Files.readAllBytes(file);
            byte[] bytes = sound.clone();
            if (random.nextInt(4) == 0) {
                bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            for (int change = random.nextInt(4); change > 0 && bytes.length > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                assertEquals(2, entries(true).size());
            } catch (Problem expected) {
                assertEquals(1, expected.getMessage().lines().count(), "seed " + seed);
            }
            Files.write(file, sound);
        }
    }
}
