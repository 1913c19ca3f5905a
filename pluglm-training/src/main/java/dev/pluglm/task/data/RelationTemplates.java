package dev.pluglm.task.data;

import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How facts of a relation are put in words: a sentence with [X] for the subject and [Y] for the object. */
public final class RelationTemplates {

    static final String SUBJECT = "[X]";
    static final String OBJECT = "[Y]";

    private final Map<String, String> byRelation;

    private RelationTemplates(Map<String, String> byRelation) {
        this.byRelation = Map.copyOf(byRelation);
    }

    /** The templates of Google-RE's three relations: the published code's own, not LAMA's (SPEC 5.5). */
    public static RelationTemplates googleRe() {
        return new RelationTemplates(Map.of(
                "place_of_birth", "The birth place of [X] is [Y] .",
                "date_of_birth", "The year when [X] is born in is [Y] .",
                "place_of_death", "[X] died in the place of [Y] ."));
    }

    /** No templates: facts are asked for in the sentences that come with them. */
    public static RelationTemplates none() {
        return new RelationTemplates(Map.of());
    }

    /**
     * Reads LAMA's {@code relations.jsonl}: {@code relation} and {@code template} a line.
     *
     * @throws dev.pluglm.problem.Problem if a line has none of them, or a template lacks [X] or [Y]
     */
    public static RelationTemplates read(Path file) {
        Map<String, String> byRelation = new HashMap<>();
        RowReader.requireFile(file);
        try (RowReader rows = JsonRows.open(file)) {
            for (Optional<Row> row = rows.next(); row.isPresent(); row = rows.next()) {
                byRelation.put(row.get().text("relation"), checked(row.get().text("template"), row.get().place()));
            }
        }
        return new RelationTemplates(byRelation);
    }

    /** The template of a relation; of a path like {@code /people/person/place_of_birth} the last part counts. */
    public Optional<String> of(String relation) {
        return Optional.ofNullable(byRelation.get(relation.substring(relation.lastIndexOf('/') + 1)));
    }

    static String checked(String template, Place place) {
        if (!template.contains(SUBJECT) || template.split("\\[Y]", -1).length != 2) {
            throw place.problem("the template \"%s\" lacks [X] for the subject, or has not one [Y] for the object",
                    Shown.of(template));
        }
        return template;
    }
}
