package dev.pluglm.memory;

import java.util.Set;

/** A memory whose views hide some passages. */
record PartlyHiddenMemory(PassageMemory memory, Set<String> hidden) implements PassageMemory {

    @Override
    public String name() {
        return memory.name();
    }

    @Override
    public PassageView view() {
        try (PassageView whole = memory.view()) {
            return whole.without(hidden);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
