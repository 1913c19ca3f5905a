package dev.pluglm.evaluation;

import dev.pluglm.disk.PackedFile;
import dev.pluglm.memory.TextLines;
import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Facts to ask a model for.
 *
 * @param facts in the order of their files
 * @param leftOut how many lines were left out, by the reason
 */
public record Facts(List<Fact> facts, Map<String, Long> leftOut) {

    static final String TWICE = "there twice";
    static final String LONG = "the question has too many words";

    public Facts {
        facts = List.copyOf(facts);
        leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
    }

    /** As {@link #read(List, RelationTemplates)}, in the words that come with the facts, or in ours. */
    public static Facts read(List<Path> files) {
        return read(files, RelationTemplates.none());
    }

    /**
     * Reads facts from JSON lines, compressed by gzip or not; see {@link FactFormat} for what a line may be.
     *
     * @param templates how relations are asked for, but for facts that have a template of their own
     * @throws Problem if a file cannot be read or has no facts, or a line is no fact; the message names file and line
     */
    public static Facts read(List<Path> files, RelationTemplates templates) {
        Reading reading = new Reading(templates);
        files.forEach(reading::read);
        return new Facts(reading.facts, reading.leftOut);
    }

    /** So many of the facts, drawn by the seed; all if there are no more. They stay in their order. */
    public Facts sample(int count, long seed) {
        if (count >= facts.size()) {
            return this;
        }
        Set<Fact> drawn = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        drawn.addAll(Seeds.shuffled(facts, seed, Fact::id).subList(0, count));
        return new Facts(facts.stream().filter(drawn::contains).toList(), leftOut);
    }

    /** Those whose question has no more words than this; the others are counted. */
    public Facts upTo(int words) {
        List<Fact> kept = facts.stream().filter(fact -> fact.question().split("\\s+").length <= words).toList();
        Map<String, Long> without = new LinkedHashMap<>(leftOut);
        if (kept.size() < facts.size()) {
            without.merge(LONG, (long) facts.size() - kept.size(), Long::sum);
        }
        return new Facts(kept, without);
    }

    private static final class Reading {
        private final FactFormat format;
        private final List<Fact> facts = new ArrayList<>();
        private final Map<String, Long> leftOut = new LinkedHashMap<>();
        private final Set<List<Object>> seen = new HashSet<>();
        private final Map<String, String> texts = new HashMap<>();

        Reading(RelationTemplates templates) {
            format = new FactFormat(templates);
        }

        void read(Path file) {
            String set = PackedFile.unpackedName(file).replaceFirst("\\.(jsonl|ndjson|json|txt)$", "");
            long before = lines();
            try (TextLines lines = TextLines.open(file)) {
                for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                    if (!line.get().isBlank()) {
                        add(format.read(FactLine.parse(line.get(), lines.place()), set,
                                set + "-" + lines.lineNumber()), lines.place());
                    }
                }
            }
            if (lines() == before) {
                throw Problem.of("%s: no facts in it; expected one a line, like %s", file, FactLine.EXAMPLE);
            }
        }

        private long lines() {
            return facts.size() + leftOut.values().stream().mapToLong(Long::longValue).sum();
        }

        private void add(FactFormat.Read read, String place) {
            switch (read) {
                case FactFormat.Read.LeftOut(String why) -> leftOut.merge(why, 1L, Long::sum);
                case FactFormat.Read.Kept(Fact fact) -> {
                    fact.evidence().forEach(passage -> requireSameText(passage.id(), passage.text(), place));
                    if (seen.add(List.of(fact.relation(), fact.question(), fact.answers()))) {
                        facts.add(fact);
                    } else {
                        leftOut.merge(TWICE, 1L, Long::sum);
                    }
                }
            }
        }

        private void requireSameText(String id, String text, String place) {
            String before = texts.putIfAbsent(id, text);
            if (before != null && !before.equals(text)) {
                throw Problem.of("%s: the evidence '%s' has another text than before; give it another id", place, id);
            }
        }
    }
}
