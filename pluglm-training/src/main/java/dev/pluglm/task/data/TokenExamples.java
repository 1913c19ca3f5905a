package dev.pluglm.task.data;

import dev.pluglm.memory.TextLines;
import dev.pluglm.metric.TagScheme;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads sentences with marked entities from CoNLL columns, or from JSON lines or Parquet with {@code tokens} and
 * {@code ner_tags} (or {@code tags}, {@code labels}).
 *
 * <p>CoNLL columns stand between tabs or spaces; the first is the word, the last its tag, and an empty line ends a
 * sentence. With one column only, nothing is tagged. Lines that begin with {@code -DOCSTART-} are passed over, and so
 * are comments before a sentence, which begin with "# " and do not end in a tag. Tags may follow any scheme (IO, IOB1,
 * BIO, IOE1, IOE2, BIOES, BILOU); they all become BIO.
 */
public final class TokenExamples {

    /** Unlike a sentence that begins with a brace. */
    private static final Pattern JSON_OBJECT = Pattern.compile("\\s*\\[?\\s*\\{\\s*\"[^\"]*\"\\s*:");

    private TokenExamples() {}

    /**
     * Opens a file whose tags are written out.
     *
     * @throws Problem if there is no such file, or it is empty
     */
    public static ExampleReader<TokenExample> open(Path file) {
        return open(file, List.of());
    }

    /**
     * Opens a file.
     *
     * @param tagNames the tags by their number, for files that have numbers instead
     * @throws Problem if there is no such file, or it is empty
     */
    public static ExampleReader<TokenExample> open(Path file, List<String> tagNames) {
        RowReader.requireFile(file);
        if (RowReader.isParquet(file)) {
            return new ExampleReader<>(file, new Sentences(new ParquetRows(file), tagNames));
        }
        TextLines lines = TextLines.open(file);
        try {
            String first = RowReader.firstLine(file, lines);
            return new ExampleReader<>(file, JSON_OBJECT.matcher(first).lookingAt()
                    ? new Sentences(new JsonRows(file, lines, first), tagNames)
                    : new ConllSentences(file, lines, first));
        } catch (Problem e) {
            lines.close();
            throw e;
        }
    }

    private static final class Sentences implements ExampleReader.Source<TokenExample> {
        private final RowReader rows;
        private final List<String> tagNames;

        Sentences(RowReader rows, List<String> tagNames) {
            this.rows = rows;
            this.tagNames = tagNames;
        }

        @Override
        public Optional<TokenExample> next() {
            return rows.next().map(this::sentence);
        }

        private TokenExample sentence(Row row) {
            if (!(row.values().get("tokens") instanceof List)) {
                throw row.place().problem("no list \"tokens\"; expected a sentence like {\"tokens\": [\"breast\", "
                        + "\"cancer\"], \"ner_tags\": [\"B-Disease\", \"I-Disease\"]}, there is only %s",
                        Row.shown(row.values()));
            }
            Optional<List<String>> tags = row.firstOf("ner_tags", "tags", "labels").map(name -> tags(row, name));
            List<String> tokens = row.words("tokens");
            if (tags.isPresent() && tags.get().size() != tokens.size()) {
                throw row.place().problem("%d tokens, but %d tags; expected as many", tokens.size(),
                        tags.get().size());
            }
            return new TokenExample(row.id(), tokens, tags.map(TagScheme::toBio), row.values(), row.place());
        }

        private List<String> tags(Row row, String name) {
            List<String> tags = new ArrayList<>();
            for (String tag : row.words(name)) {
                String named = tag.matches("\\d{1,9}") ? byNumber(Integer.parseInt(tag), row.place()) : tag;
                if (!TagScheme.isTag(named)) {
                    throw noTag(named, row.place());
                }
                tags.add(named);
            }
            return tags;
        }

        private String byNumber(int number, Place place) {
            if (number >= tagNames.size()) {
                throw place.problem("the tag is the number %d, and %s; name the tags in the order of their numbers",
                        number, tagNames.isEmpty() ? "tags were not named" : "only " + tagNames.size() + " were named");
            }
            return tagNames.get(number);
        }

        @Override
        public void close() {
            rows.close();
        }
    }

    static Problem noTag(String tag, Place place) {
        return place.problem("'%s' is no tag of an entity; expected O, or one of B, I, E, S, L, U, a dash and a type, "
                + "like B-Disease", Shown.of(tag));
    }
}
