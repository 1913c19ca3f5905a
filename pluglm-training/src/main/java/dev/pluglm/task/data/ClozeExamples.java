package dev.pluglm.task.data;

import dev.pluglm.problem.Problem;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads facts to be filled in, as LAMA has them in JSON lines: Google-RE, T-REx, ConceptNet and SQuAD, and the like
 * with a {@code template} in each line.
 *
 * <p>A fact is put in the words of its line's template, or of its relation's; else it is asked for in the sentences
 * that come with it ({@code masked_sentences}). Left out are facts that most judges found wrong (Google-RE), those
 * whose object stands in their subject ({@code leak}), those that do not have exactly one mask, and where a template
 * makes them the same, all of one subject and object but the first.
 */
public final class ClozeExamples {

    static final String JUDGED_WRONG = "judged wrong";
    static final String LEAK = "object stands in the subject";
    static final String TWICE = "there twice";
    static final String MASKS = "not exactly one [MASK]";

    private ClozeExamples() {}

    /**
     * Opens a file.
     *
     * @param templates by relation; a line's own template comes first
     * @throws Problem if there is no such file, or it is empty
     */
    public static ExampleReader<ClozeExample> open(Path file, RelationTemplates templates) {
        RowReader.requireFile(file);
        String relation = file.getFileName().toString().replaceFirst("(\\.(jsonl|json|txt))?(\\.gz)?$", "");
        return new ExampleReader<>(file, new Facts(RowReader.open(file, names -> false,
                "LAMA's JSON lines, with obj_label and masked_sentences"), templates, relation));
    }

    private static final class Facts implements ExampleReader.Source<ClozeExample> {
        private final RowReader rows;
        private final RelationTemplates templates;
        private final String fileRelation;
        private final Map<String, Long> leftOut = new LinkedHashMap<>();
        private final Set<List<String>> seen = new HashSet<>();

        Facts(RowReader rows, RelationTemplates templates, String fileRelation) {
            this.rows = rows;
            this.templates = templates;
            this.fileRelation = fileRelation;
        }

        @Override
        public Optional<ClozeExample> next() {
            for (Optional<Row> row = rows.next(); row.isPresent(); row = rows.next()) {
                Optional<ClozeExample> fact = fact(row.get());
                if (fact.isPresent()) {
                    return fact;
                }
            }
            return Optional.empty();
        }

        private Optional<ClozeExample> fact(Row row) {
            String object = row.text(row.firstOf("obj_label", "obj").orElse("obj_label")).strip();
            if (object.isEmpty()) {
                throw row.place().problem("\"obj_label\" is empty; expected the word that is right");
            }
            if (isJudgedWrong(row)) {
                return leaveOut(JUDGED_WRONG);
            }
            if (row.isTrue("leak")) {
                return leaveOut(LEAK);
            }
            String relation = row.firstOf("relation", "predicate_id", "pred").map(row::text).orElse(fileRelation);
            Optional<String> template = row.has("template")
                    ? Optional.of(RelationTemplates.checked(row.text("template"), row.place()))
                    : templates.of(relation);
            String subject = row.firstOf("sub_label", "sub").map(row::text).map(String::strip).orElse("");
            if (template.isPresent() && subject.isEmpty()) {
                throw row.place().problem("no \"sub_label\"; expected what the fact is about");
            }
            String text = template.map(it -> filled(it, subject)).orElseGet(() -> sentences(row, relation));
            if (text.split("\\[MASK]", -1).length != 2) {
                return leaveOut(MASKS);
            }
            if (template.isPresent() && !seen.add(List.of(relation, subject, object))) {
                return leaveOut(TWICE);
            }
            return Optional.of(new ClozeExample(row.id(), relation, text, subject, object, row.values(), row.place()));
        }

        private static String filled(String template, String subject) {
            // The object first: a subject may hold anything, even [Y].
            return template.strip().replace(RelationTemplates.OBJECT, ClozeExample.MASK)
                    .replace(RelationTemplates.SUBJECT, subject);
        }

        private static String sentences(Row row, String relation) {
            if (row.has("masked_sentences")) {
                return String.join(" ", row.words("masked_sentences"));
            }
            return row.rows("evidences").stream().flatMap(it -> it.optionalText("masked_sentence").stream())
                    .filter(it -> it.split("\\[MASK]", -1).length == 2).findFirst()
                    .orElseThrow(() -> row.place().problem("no \"masked_sentences\", and no template for the relation "
                            + "%s; give the templates (LAMA's relations.jsonl)", Row.shown(relation)));
        }

        /** LAMA counts every answer but yes against a fact. */
        private static boolean isJudgedWrong(Row row) {
            List<Row> judgments = row.rows("judgments");
            long yes = judgments.stream().filter(it -> it.optionalText("judgment").equals(Optional.of("yes"))).count();
            return judgments.size() - yes > yes;
        }

        private Optional<ClozeExample> leaveOut(String why) {
            leftOut.merge(why, 1L, Long::sum);
            return Optional.empty();
        }

        @Override
        public Map<String, Long> leftOut() {
            return leftOut;
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
