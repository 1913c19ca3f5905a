package dev.pluglm.memory;

import dev.pluglm.model.Memory;

import java.util.Set;

/** The passages of one moment, with their texts: what a prediction looked at, and what evidence is told from. */
public interface PassageView extends Memory.View {

    /** The passage of a row. */
    Passage passage(int row);

    /** The name of the memory that a row belongs to. */
    String memory(int row);

    /** This view with some passages hidden from {@link #search}, whichever memory they are in; rows stay the same. */
    PassageView without(Set<String> ids);
}
