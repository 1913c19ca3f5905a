package dev.pluglm.model;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;

/** Memories that a model's own encoder made. */
final class TestMemories {
    private TestMemories() {}

    static ArrayMemory of(PlugLMModel model, int[][] passages) {
        MemoryEncoder encoder = model.memoryEncoder().orElseThrow();
        MemoryEncoder.Encoded encoded = encoder.encode(passages);
        ArrayMemory.Builder memory =
                ArrayMemory.builder("own", Vectors.fp32(encoded.keys(), encoder.keySize())).tokens(passages);
        if (encoder.valueSize() > 0) {
            memory.values(Vectors.fp32(encoded.values(), encoder.valueSize()));
        }
        return memory.build();
    }
}
