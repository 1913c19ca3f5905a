package dev.pluglm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class ArrayMemoryTest extends MemoryContract {

    @Override
    PassageMemory memoryOf(List<Entry> entries) {
        return of("arrays", entries);
    }

    static ArrayMemory of(String name, List<Entry> entries) {
        TestEncoder encoder = TestEncoder.STANDARD;
        float[] keys = new float[entries.size() * encoder.keySize()];
        short[] values = new short[entries.size() * encoder.valueSize()];
        for (int i = 0; i < entries.size(); i++) {
            System.arraycopy(entries.get(i).encoded().key(), 0, keys, i * encoder.keySize(), encoder.keySize());
            for (int d = 0; d < encoder.valueSize(); d++) {
                values[i * encoder.valueSize() + d] = Float.floatToFloat16(entries.get(i).encoded().value()[d]);
            }
        }
        return new ArrayMemory(name, Optional.of(encoder.fingerprint()), FloatRows.of(keys, encoder.keySize()),
                new ArrayMemory.Contents(Optional.of(FloatRows.ofFp16(values, encoder.valueSize())),
                        row -> entries.get(row).encoded().tokens(), row -> entries.get(row).passage()));
    }

    @Test
    void replacedKeysAreSeenByTheNextViewOnly() {
        ArrayMemory memory = new ArrayMemory("live", Optional.empty(), FloatRows.of(new float[] {1, 0, 0, 1}, 2),
                ArrayMemory.Contents.ofTokens(row -> new int[] {101, row, 102}));
        float[] query = {1, 0};
        try (PassageView before = memory.view()) {
            memory.replaceKeys(FloatRows.of(new float[] {0, 1, 3, 0}, 2));
            assertEquals(0, before.search(query, 1, 1).row(0, 0));
            assertArrayEquals(new float[] {1, 0}, before.keys(new int[] {0}));
        }
        try (PassageView after = memory.view()) {
            assertEquals(1, after.search(query, 1, 1).row(0, 0));
            assertEquals(3f, after.search(query, 1, 1).similarity(0, 0));
            assertEquals(0, after.valueSize());
            assertArrayEquals(new int[] {101, 1, 102}, after.tokens(new int[] {1})[0]);
        }
        assertThrows(IllegalArgumentException.class, () -> memory.replaceKeys(FloatRows.of(new float[2], 2)));
    }

    @Test
    void valuesMustBeAsManyAsKeys() {
        assertThrows(IllegalArgumentException.class, () -> new ArrayMemory("x", Optional.empty(),
                FloatRows.of(new float[4], 2), ArrayMemory.Contents.of(FloatRows.of(new float[3], 3))));
        assertThrows(IllegalArgumentException.class, () -> FloatRows.of(new float[5], 2));
    }
}
