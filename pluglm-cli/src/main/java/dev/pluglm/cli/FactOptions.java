package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.evaluation.CommonVocabulary;
import dev.pluglm.evaluation.Facts;
import dev.pluglm.evaluation.Questions;
import dev.pluglm.evaluation.RelationTemplates;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The facts that a model is asked for. */
final class FactOptions {
    static final String FORMATS = "FILE holds one fact a line: {\"question\": \"Paris is in [MASK] .\", \"answers\":"
            + " [\"France\"]} with, if you like, \"id\", \"subject\", \"relation\", \"paraphrases\" and \"evidence\""
            + " ({\"id\", \"title\", \"text\"} or a list of such); or LAMA's Google-RE, T-REx, ConceptNet or SQuAD,"
            + " or cloze-wiki, with their evidence. It may be packed (.gz, .bz2, .zst).";

    @Option(names = "--facts", paramLabel = "FILE", arity = "1..*", required = true,
            parameterConsumer = FileNames.class,
            description = "Files of facts, as JSON lines.")
    List<Path> files;

    @Option(names = "--samples", paramLabel = "N", description = "Ask for so many of the facts; for all if left out.")
    Integer samples;

    @Option(names = "--relations", paramLabel = "FILE", description = "How to ask for a relation, as JSON lines with"
            + " relation and template, like LAMA's relations.jsonl; otherwise as the facts themselves say.")
    Path relations;

    Facts read(long seed) {
        if (samples != null) {
            EvaluationOptions.between("--samples", samples, 1, Integer.MAX_VALUE);
        }
        RelationTemplates templates = relations == null ? RelationTemplates.none() : RelationTemplates.read(relations);
        Facts facts = Facts.read(files, templates);
        return samples == null ? facts : facts.sample(samples, seed);
    }

    /** Questions about the facts; says what was left out. */
    Questions questions(PlugLM model, Facts facts, Optional<CommonVocabulary> common, Console console) {
        Questions questions = Questions.of(facts, model, common);
        if (!questions.leftOut().isEmpty()) {
            console.note("left out: " + questions.leftOut().entrySet().stream()
                    .map(each -> Console.count(each.getValue()) + " (" + each.getKey() + ")")
                    .collect(Collectors.joining(", ")));
        }
        return questions;
    }

    /**
     * Puts into a report what was asked.
     *
     * @param memories paths of those that were plugged in, in a form that JSON has
     */
    Report into(Report report, Questions questions, Object memories) {
        return report.with("facts", files)
                .with("memories", memories)
                .with("questions", questions.questions().size())
                .with("left_out", questions.leftOut());
    }
}
