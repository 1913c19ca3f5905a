package dev.pluglm.evaluation;

import dev.pluglm.memory.TextLines;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How facts of a relation are put in words: a sentence with [X] for the subject and [Y] for the answer. */
public final class RelationTemplates {
    static final String SUBJECT = "[X]";
    static final String ANSWER = "[Y]";

    private static final String EXAMPLE = "{\"relation\": \"P19\", \"template\": \"[X] was born in [Y] .\"}";

    private final Map<String, String> byRelation;

    private RelationTemplates(Map<String, String> byRelation) {
        this.byRelation = Map.copyOf(byRelation);
    }

    /** None: facts are asked for in the words that come with them, or in ours. */
    public static RelationTemplates none() {
        return new RelationTemplates(Map.of());
    }

    /**
     * Reads LAMA's {@code relations.jsonl}: {@code relation} and {@code template} a line.
     *
     * @throws Problem if a line has none of them, a template lacks [X] or [Y], or a relation comes twice
     */
    public static RelationTemplates read(Path file) {
        Map<String, String> byRelation = new HashMap<>();
        try (TextLines lines = TextLines.open(file)) {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                if (!line.get().isBlank()) {
                    FactLine read = FactLine.parse(line.get(), lines.place(), EXAMPLE);
                    if (byRelation.putIfAbsent(read.text("relation"), checked(read)) != null) {
                        throw Problem.of("%s: the relation \"%s\" is there twice", lines.place(),
                                Shown.of(read.text("relation")));
                    }
                }
            }
        }
        if (byRelation.isEmpty()) {
            throw Problem.of("%s: no relations in it; expected one a line, like %s", file, EXAMPLE);
        }
        return new RelationTemplates(byRelation);
    }

    /** The template of a relation; if it has none, that of the last part of a path like {@code /people/person/x}. */
    Optional<String> of(String relation) {
        return Optional.ofNullable(byRelation.get(relation))
                .or(() -> Optional.ofNullable(byRelation.get(relation.substring(relation.lastIndexOf('/') + 1))));
    }

    /** The {@code template} of a line. */
    static String checked(FactLine line) {
        String template = line.text("template");
        if (!template.contains(SUBJECT) || template.split("\\[Y]", -1).length != 2) {
            throw Problem.of("%s: the template \"%s\" has no [X] for the subject, or not one [Y] for the answer",
                    line.place(), Shown.of(template));
        }
        return template;
    }
}
