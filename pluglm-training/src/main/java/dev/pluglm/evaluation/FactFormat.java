package dev.pluglm.evaluation;

import dev.pluglm.disk.Sha256;
import dev.pluglm.memory.Passage;
import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kinds of lines that facts come in.
 *
 * <ul>
 * <li>Ours: {@code question} with one {@code [MASK]}, {@code answers}, and optionally {@code id}, {@code subject},
 *     {@code relation}, {@code paraphrases} (questions too) and {@code evidence}, one or several objects with
 *     {@code id}, {@code text} and perhaps {@code title}.
 * <li>LAMA's, each with {@code obj_label}: Google-RE ({@code pred}, {@code sub_label}, {@code evidences},
 *     {@code judgments}), T-REx ({@code predicate_id}, {@code sub_label}, {@code evidences}), ConceptNet ({@code pred},
 *     {@code masked_sentences}) and SQuAD ({@code masked_sentences}). A fact is asked for by the template of its
 *     relation, those of Google-RE without being told; else in the sentences that come with it.
 * <li>Facts with a paragraph: {@code relation}, {@code template}, {@code sub_label}, {@code obj_label}, {@code text},
 *     {@code paragraph}, {@code leak}.
 * </ul>
 */
final class FactFormat {
    static final String JUDGED_WRONG = "judged wrong";
    static final String LEAK = "the answer stands in the question";
    static final String MASKS = "not exactly one [MASK]";

    private static final int HASH_LENGTH = 8;

    private final Phrasings phrasings = Phrasings.read();
    private final RelationTemplates templates;

    FactFormat(RelationTemplates templates) {
        this.templates = templates;
    }

    /** A fact, or why it is left out. */
    sealed interface Read {
        record Kept(Fact fact) implements Read {}

        record LeftOut(String why) implements Read {}
    }

    /**
     * Reads a line.
     *
     * @param set the data set where the line does not tell
     * @param defaultId the id where the line has none
     */
    Read read(FactLine line, String set, String defaultId) {
        if (line.has("question")) {
            return new Read.Kept(own(line, set, defaultId));
        }
        if (!line.has("obj_label")) {
            throw Problem.of("%s: not a fact: it has neither \"question\" nor \"obj_label\"; expected for instance %s",
                    line.place(), FactLine.EXAMPLE);
        }
        if (isJudgedWrong(line)) {
            return new Read.LeftOut(JUDGED_WRONG);
        }
        if (line.isTrue("leak")) {
            return new Read.LeftOut(LEAK);
        }
        return line.has("template") ? new Read.Kept(withParagraph(line, defaultId)) : lama(line, set, defaultId);
    }

    private static Fact own(FactLine line, String set, String defaultId) {
        List<String> questions = new java.util.ArrayList<>(List.of(line.masked(line.text("question"))));
        line.texts("paraphrases").forEach(each -> questions.add(line.masked(each)));
        List<String> answers = line.texts("answers");
        if (answers.isEmpty()) {
            throw Problem.of("%s: no \"answers\"; expected the words that are right, like [\"France\"]", line.place());
        }
        List<Passage> evidence = line.objects("evidence").stream().map(each -> new Passage(each.text("id"),
                each.text("text"), each.optionalText("title"), Optional.of(set), Map.of())).toList();
        return new Fact(line.optionalText("id").orElse(defaultId), set, line.optionalText("relation").orElse(set),
                line.optionalText("subject").orElse(""), questions, answers, evidence);
    }

    private Fact withParagraph(FactLine line, String defaultId) {
        String set = "cloze-wiki";
        String subject = line.text("sub_label");
        String template = RelationTemplates.checked(line);
        List<Passage> evidence = line.optionalText("text").stream()
                .map(text -> new Passage("%s/%s/%s".formatted(set, subject, line.fields().path("paragraph").asText("0")),
                        text, Optional.of(subject), Optional.of(set), Map.of()))
                .toList();
        return fact(line, defaultId, set, line.text("relation"), Optional.of(template), subject, evidence);
    }

    private Read lama(FactLine line, String fileSet, String defaultId) {
        String relation = line.firstOf("relation", "predicate_id", "pred").orElse(fileSet);
        String set = line.has("predicate_id") ? "t-rex"
                : !line.has("pred") ? fileSet : relation.startsWith("/") ? "google-re" : "conceptnet";
        Optional<String> template = templates.of(relation);
        boolean asGoogleRe = set.equals("google-re") && !phrasings.of(relation).isEmpty();
        String subject = template.isPresent() || asGoogleRe ? line.text("sub_label")
                : line.firstOf("sub_label", "sub").orElse("");
        List<Passage> evidence = line.objects("evidences").stream()
                .flatMap(each -> statement(each).map(text -> snippet(set, subject.isEmpty() ? set : subject, text,
                        each.optionalText("url").orElse(""))).stream())
                .toList();
        if (template.isPresent() || asGoogleRe) {
            return new Read.Kept(fact(line, defaultId, set, relation, template, subject, evidence));
        }
        String sentences = sentences(line, relation);
        return FactLine.masks(sentences) != 1 ? new Read.LeftOut(MASKS)
                : new Read.Kept(new Fact(line.firstOf("uuid", "id").orElse(defaultId), set, relation, subject,
                        List.of(sentences), List.of(line.text("obj_label")), evidence));
    }

    /** What an evidence of Google-RE says, or one of T-REx once its mask is filled. */
    private static Optional<String> statement(FactLine evidence) {
        return evidence.optionalText("snippet").or(() -> evidence.optionalText("masked_sentence").flatMap(sentence ->
                evidence.optionalText("obj_surface").map(object -> sentence.replace(FactLine.MASK, object))));
    }

    /** The sentences with the mask; of several evidences' the first with one. */
    private static String sentences(FactLine line, String relation) {
        List<String> sentences = line.texts("masked_sentences");
        return sentences.isEmpty()
                ? line.objects("evidences").stream().flatMap(each -> each.optionalText("masked_sentence").stream())
                        .filter(each -> FactLine.masks(each) == 1).findFirst()
                        .orElseThrow(() -> Problem.of("%s: no \"masked_sentences\" to ask with, and no template for the"
                                + " relation \"%s\"; name a file of templates (LAMA's relations.jsonl), or give each"
                                + " fact a \"question\"", line.place(), Shown.of(relation)))
                : String.join(" ", sentences);
    }

    /** Several facts may have one snippet, and one page several snippets: the text tells which it is. */
    private static Passage snippet(String set, String subject, String text, String url) {
        byte[] digest = Sha256.start().digest((subject + "\n" + text).getBytes(StandardCharsets.UTF_8));
        String page = url.substring(url.lastIndexOf('/') + 1);
        String id = "%s/%s/%s".formatted(set, page, HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH));
        return new Passage(id, text, Optional.of(subject), Optional.of(set), Map.of());
    }

    private Fact fact(FactLine line, String defaultId, String set, String relation, Optional<String> template,
            String subject, List<Passage> evidence) {
        List<String> texts = phrasings.of(relation, template, subject);
        texts.forEach(line::masked);
        return new Fact(line.firstOf("uuid", "id").orElse(defaultId), set, relation, subject, texts,
                List.of(line.text("obj_label")), evidence);
    }

    /** LAMA counts every judgment but yes against a fact. */
    private static boolean isJudgedWrong(FactLine line) {
        List<FactLine> judgments = line.objects("judgments");
        long yes = judgments.stream().filter(it -> it.optionalText("judgment").equals(Optional.of("yes"))).count();
        return judgments.size() - yes > yes;
    }
}
