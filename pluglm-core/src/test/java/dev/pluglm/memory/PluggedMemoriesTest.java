package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class PluggedMemoriesTest extends MemoryContract {

    @Override
    PassageMemory memoryOf(List<Entry> entries) {
        int third = entries.size() / 3;
        return new PluggedMemories(List.of(
                ArrayMemoryTest.of("first", entries.subList(0, third)),
                ArrayMemoryTest.of("nothing", List.of()),
                StoreContractTest.of(directory.resolve("second"), "second", entries.subList(third, 2 * third),
                        Tuning.STANDARD),
                ArrayMemoryTest.of("third", entries.subList(2 * third, entries.size()))));
    }

    private static ArrayMemory memory(String name, String encoder, int keySize, int valueSize) {
        return new ArrayMemory(name, Optional.ofNullable(encoder), FloatRows.of(new float[keySize], keySize),
                ArrayMemory.Contents.of(FloatRows.of(new float[valueSize], valueSize)));
    }

    @Test
    void eachHitSaysWhichMemoryItCameFrom() {
        List<Entry> entries = List.of(TestEncoder.STANDARD.entry(Passage.of("a", "the one")));
        try (PluggedMemories plugged = new PluggedMemories(List.of(
                ArrayMemoryTest.of("here", entries), ArrayMemoryTest.of("there", entries)));
                PassageView view = plugged.view()) {
            var hits = view.search(entries.getFirst().encoded().key(), 1, 5);
            assertEquals(2, hits.counts()[0]);
            assertEquals("here", view.memory(hits.row(0, 0)));
            assertEquals("there", view.memory(hits.row(0, 1)));
            assertEquals("a", view.passage(hits.row(0, 1)).id());
        }
    }

    @Test
    void memoriesThatDoNotFitAreRefusedByName() {
        ArrayMemory one = memory("one", "aaaaaaaaaaaaaaaaaaaa", 4, 6);
        for (ArrayMemory other : List.of(memory("two", "aaaaaaaaaaaaaaaaaaaa", 5, 6),
                memory("two", "aaaaaaaaaaaaaaaaaaaa", 4, 7), memory("two", "bbbbbbbbbbbbbbbbbbbb", 4, 6))) {
            Problem problem = assertThrows(Problem.class, () -> new PluggedMemories(List.of(one, other)));
            assertTrue(problem.getMessage().contains("'one'") && problem.getMessage().contains("'two'"),
                    problem.getMessage());
        }
        Problem problem = assertThrows(Problem.class, () -> new PluggedMemories(List.of(one, one)));
        assertTrue(problem.getMessage().contains("two memories are called 'one'"), problem.getMessage());
    }

    @Test
    void anUnknownEncoderIsTakenWhereTheSizesFit() {
        new PluggedMemories(List.of(memory("one", "a", 4, 6), memory("two", null, 4, 6))).close();
    }
}
