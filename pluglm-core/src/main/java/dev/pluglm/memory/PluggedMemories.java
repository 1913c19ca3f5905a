package dev.pluglm.memory;

import dev.pluglm.problem.Problem;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Several memories behind one: each query finds the best passages of all of them, and each hit says which memory it
 * came from. Equal products are ranked in the order of plugging. Rows are numbered memory after memory.
 */
public final class PluggedMemories implements PassageMemory {
    private final List<PassageMemory> memories;

    /**
     * Plugs memories together; a Problem if two have the same name, or were made by different encoders or with
     * different sizes. Where an encoder is not known, equal sizes are enough.
     *
     * @param memories at least one; closed with this
     */
    public PluggedMemories(List<? extends PassageMemory> memories) {
        this.memories = List.copyOf(memories);
        if (this.memories.isEmpty()) {
            throw new IllegalArgumentException("there are no memories to plug; use Memory.empty()");
        }
        Set<String> names = new HashSet<>();
        for (PassageMemory memory : this.memories) {
            if (!names.add(memory.name())) {
                throw Problem.of("two memories are called '%s'; evidence could not tell them apart, so create one of"
                        + " them with another name", memory.name());
            }
        }
        view().close();
    }

    @Override
    public String name() {
        return String.join("+", memories.stream().map(PassageMemory::name).toList());
    }

    @Override
    public PassageView view() {
        List<PassageView> views = new ArrayList<>();
        try {
            for (PassageMemory memory : memories) {
                views.add(memory.view());
            }
            checkTheyFit(views);
            return new PluggedView(views);
        } catch (RuntimeException refused) {
            views.forEach(PassageView::close);
            throw refused;
        }
    }

    /** At every view: a memory may have been encoded anew since the last. */
    private void checkTheyFit(List<PassageView> views) {
        for (int i = 1; i < views.size(); i++) {
            for (int j = 0; j < i; j++) {
                checkTheyFit(memories.get(j).name(), views.get(j), memories.get(i).name(), views.get(i));
            }
        }
    }

    private static void checkTheyFit(String name, PassageView view, String otherName, PassageView other) {
        if (view.keySize() != other.keySize() || view.valueSize() != other.valueSize()) {
            throw Problem.of("memory '%s' has keys of %d and values of %d floats, memory '%s' of %d and %d; plug"
                    + " memories of one encoder together", name, view.keySize(), view.valueSize(), otherName,
                    other.keySize(), other.valueSize());
        }
        Optional<String> made = view.encoderFingerprint();
        Optional<String> otherMade = other.encoderFingerprint();
        if (made.isPresent() && otherMade.isPresent() && !made.equals(otherMade)) {
            throw Problem.of("memory '%s' was made with encoder %s, memory '%s' with %s; encode one of them anew with:"
                    + " pluglm memory reencode DIR --model MODEL", name, MemoryStore.shorten(made.get()), otherName,
                    MemoryStore.shorten(otherMade.get()));
        }
    }

    @Override
    public void close() {
        memories.forEach(PassageMemory::close);
    }
}
