package dev.pluglm.evaluation;

import dev.pluglm.disk.Sha256;
import dev.pluglm.memory.Passage;
import dev.pluglm.problem.Problem;

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
 * <li>LAMA's Google-RE: {@code pred}, {@code sub_label}, {@code obj_label}, {@code evidences}, {@code judgments}.
 * <li>Facts with a paragraph: {@code relation}, {@code template}, {@code sub_label}, {@code obj_label}, {@code text},
 *     {@code paragraph}, {@code leak}.
 * </ul>
 */
final class FactFormat {
    static final String JUDGED_WRONG = "judged wrong";
    static final String LEAK = "the answer stands in the question";

    private static final int HASH_LENGTH = 8;

    private final Phrasings phrasings = Phrasings.read();

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
        if (line.has("template") && line.has("obj_label")) {
            return line.isTrue("leak") ? new Read.LeftOut(LEAK) : new Read.Kept(withParagraph(line, defaultId));
        }
        if (line.has("pred") && line.has("obj_label")) {
            return isJudgedWrong(line) ? new Read.LeftOut(JUDGED_WRONG) : new Read.Kept(googleRe(line, defaultId));
        }
        throw Problem.of("%s: not a fact: it has neither \"question\", nor \"template\" and \"obj_label\", nor "
                + "\"pred\" and \"obj_label\"; expected for instance %s", line.place(), FactLine.EXAMPLE);
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
        String template = line.text("template");
        if (!template.contains("[X]") || !template.contains("[Y]")) {
            throw Problem.of("%s: the template \"%s\" has no [X] for the subject or no [Y] for the answer",
                    line.place(), template);
        }
        List<Passage> evidence = line.optionalText("text").stream()
                .map(text -> new Passage("%s/%s/%s".formatted(set, subject, line.fields().path("paragraph").asText("0")),
                        text, Optional.of(subject), Optional.of(set), Map.of()))
                .toList();
        return fact(line, defaultId, set, line.text("relation"), Optional.of(template), subject, evidence);
    }

    private Fact googleRe(FactLine line, String defaultId) {
        String set = "google-re";
        String subject = line.text("sub_label");
        String relation = line.text("pred");
        if (phrasings.of(relation).isEmpty()) {
            throw Problem.of("%s: the relation \"%s\" is not one of Google-RE's; give each fact a \"question\"",
                    line.place(), relation);
        }
        List<Passage> evidence = line.objects("evidences").stream()
                .map(each -> snippet(set, subject, each.text("snippet"), each.optionalText("url").orElse("")))
                .toList();
        return fact(line, defaultId, set, relation, Optional.empty(), subject, evidence);
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
        return new Fact(line.optionalText("uuid").orElse(defaultId), set, relation, subject, texts,
                List.of(line.text("obj_label")), evidence);
    }

    private static boolean isJudgedWrong(FactLine line) {
        int balance = 0;
        for (FactLine judgment : line.objects("judgments")) {
            balance += switch (judgment.optionalText("judgment").orElse("")) {
                case "yes" -> 1;
                case "no" -> -1;
                default -> 0;
            };
        }
        return balance < 0;
    }
}
