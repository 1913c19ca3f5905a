package dev.pluglm.memory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Several memories behind one, searched together. Hits are merged by the raw inner product; equal ones rank by the
 * order of plugging, then by the row. Rows of each memory follow on those of the memory plugged before it.
 *
 * <p>Each row knows its memory's name. Where several memories have the same name, the later ones are told apart as
 * {@code name-2}, {@code name-3}: a name is kept in the memory itself and cannot be changed on the way, so to refuse
 * them would leave no remedy.
 *
 * <p>Safe for use by several threads, as far as the memories are.
 */
public final class PluggedMemories implements PassageMemory {
    private final List<Plugged> memories;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * A memory under the name it has here.
     *
     * @param suffix tells it apart from those before it with the same name; mostly empty
     */
    private record Plugged(PassageMemory memory, String name, String suffix) {}

    private PluggedMemories(List<Plugged> memories) {
        this.memories = memories;
    }

    /**
     * Plugs memories together and takes them over: closing the whole closes each. None at all make an empty memory.
     *
     * @throws dev.pluglm.problem.Problem if their keys or values differ in size, or their encoders where both are
     *     known; the memories then stay open and the caller's
     */
    public static PluggedMemories of(List<? extends PassageMemory> memories) {
        PluggedMemories plugged = new PluggedMemories(named(memories.stream().flatMap(PluggedMemories::flat).toList()));
        plugged.view().close();
        return plugged;
    }

    /** Memories that are plugged together already are plugged one by one, under their own names. */
    private static Stream<PassageMemory> flat(PassageMemory memory) {
        return memory instanceof PluggedMemories several ? several.memories.stream().map(Plugged::memory)
                : Stream.of(memory);
    }

    private static List<Plugged> named(List<PassageMemory> memories) {
        List<String> names = memories.stream().map(PassageMemory::name).toList();
        Set<String> own = new HashSet<>(names);
        Set<String> taken = new HashSet<>();
        List<Plugged> named = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String suffix = "";
            // A suffix must not make the name that another memory has by itself.
            for (int n = 2; taken.contains(names.get(i) + suffix)
                    || !suffix.isEmpty() && own.contains(names.get(i) + suffix); n++) {
                suffix = "-" + n;
            }
            taken.add(names.get(i) + suffix);
            named.add(new Plugged(memories.get(i), names.get(i) + suffix, suffix));
        }
        return List.copyOf(named);
    }

    /** The names of all, for instance {@code wikipedia + pubmed}. */
    @Override
    public String name() {
        return memories.stream().map(Plugged::name).collect(Collectors.joining(" + "));
    }

    /**
     * All memories as they stand now; a Problem if one of them was encoded anew meanwhile and no longer fits the
     * others.
     */
    @Override
    public PassageView view() {
        if (!open.get()) {
            throw new IllegalStateException("the memory " + name() + " is closed");
        }
        List<PluggedView.Part> parts = new ArrayList<>();
        try {
            for (Plugged plugged : memories) {
                parts.add(new PluggedView.Part(plugged.memory().view(), plugged.name(), plugged.suffix()));
            }
            return PluggedView.of(parts);
        } catch (RuntimeException failure) {
            closeAfter(failure, parts.stream().map(PluggedView.Part::view).toList());
            throw failure;
        }
    }

    /** Closes every memory, even if one of them fails to. Open views go on until they are closed. */
    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            closeAll(memories.stream().<Runnable>map(plugged -> plugged.memory()::close).toList());
        }
    }

    private static void closeAfter(RuntimeException failure, List<PassageView> views) {
        try {
            closeAll(views.stream().<Runnable>map(view -> view::close).toList());
        } catch (RuntimeException another) {
            failure.addSuppressed(another);
        }
    }

    /** Runs all of them; throws the first failure, with the others suppressed. */
    static void closeAll(List<Runnable> closings) {
        List<RuntimeException> failures = new ArrayList<>();
        for (Runnable closing : closings) {
            try {
                closing.run();
            } catch (RuntimeException failure) {
                failures.add(failure);
            }
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.getFirst();
            failures.stream().skip(1).filter(other -> other != first).forEach(first::addSuppressed);
            throw first;
        }
    }
}
