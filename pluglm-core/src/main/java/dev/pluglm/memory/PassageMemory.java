package dev.pluglm.memory;

import dev.pluglm.model.Memory;

import java.util.Set;

/** A memory that knows the passages behind its rows, and has a name that evidence can tell. */
public interface PassageMemory extends Memory {

    /** What this memory is called where several are plugged together. */
    String name();

    @Override
    PassageView view();

    /** This memory with some passages hidden from search, whichever edits follow; closing it closes this one. */
    default PassageMemory without(Set<String> ids) {
        return new PartlyHiddenMemory(this, Set.copyOf(ids));
    }
}
