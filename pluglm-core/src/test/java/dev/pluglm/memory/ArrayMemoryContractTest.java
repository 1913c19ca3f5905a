package dev.pluglm.memory;

import java.util.List;
import java.util.stream.IntStream;

/** An array of fp16 numbers keeps the contract of memories. */
class ArrayMemoryContractTest extends MemoryContractTest {

    @Override
    PassageMemory memory(List<Entry> entries) {
        return ArrayMemory.ofEntries("arrays", Samples.SHAPE, entries);
    }

    @Override
    void edit(PassageMemory memory) {
        turnAround((ArrayMemory) memory);
    }

    /** Makes the worst hits the best. */
    static void turnAround(ArrayMemory memory) {
        try (PassageView view = memory.view()) {
            float[] keys = view.keys(IntStream.range(0, view.rowLimit()).toArray());
            for (int i = 0; i < keys.length; i++) {
                keys[i] = -keys[i];
            }
            memory.replaceKeys(Vectors.rounded(keys, view.keySize()));
        }
    }
}
