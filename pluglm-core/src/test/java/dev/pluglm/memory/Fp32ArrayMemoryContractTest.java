package dev.pluglm.memory;

import java.util.List;
import java.util.stream.IntStream;

/** An array of fp32 numbers keeps the contract of memories; here they are such as fp16 holds too. */
class Fp32ArrayMemoryContractTest extends MemoryContractTest {

    @Override
    PassageMemory memory(List<Entry> entries) {
        try (ArrayMemory rounded = ArrayMemory.ofEntries("arrays", Samples.SHAPE, entries);
                PassageView view = rounded.view()) {
            int[] rows = IntStream.range(0, view.rowLimit()).toArray();
            return ArrayMemory.builder("arrays", Vectors.fp32(view.keys(rows), Samples.KEY))
                    .values(Vectors.fp32(view.values(rows), Samples.VALUE)).tokens(view.tokens(rows))
                    .passages(entries.stream().map(Entry::passage).toList())
                    .encoder(Samples.SHAPE.encoder().orElseThrow()).build();
        }
    }

    @Override
    void edit(PassageMemory memory) {
        ArrayMemoryContractTest.turnAround((ArrayMemory) memory);
    }
}
