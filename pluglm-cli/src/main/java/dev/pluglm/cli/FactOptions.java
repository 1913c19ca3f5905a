package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.evaluation.Facts;
import dev.pluglm.evaluation.Questions;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The facts that a model is asked for. */
final class FactOptions {
    static final String FORMATS = "FILE holds one fact a line: {\"question\": \"Paris is in [MASK] .\", \"answers\":"
            + " [\"France\"]} with, if you like, \"id\", \"subject\", \"relation\", \"paraphrases\" and \"evidence\""
            + " ({\"id\", \"title\", \"text\"} or a list of such); or LAMA's Google-RE, or cloze-wiki, with their"
            + " evidence. It may be compressed (.gz).";

    @Option(names = "--facts", paramLabel = "FILE", arity = "1..*", required = true,
            description = "Files of facts, as JSON lines.")
    List<Path> files;

    @Option(names = "--samples", paramLabel = "N", description = "Ask for so many of the facts; for all if left out.")
    Integer samples;

    Facts read(long seed) {
        if (samples != null) {
            EvaluationOptions.between("--samples", samples, 1, Integer.MAX_VALUE);
        }
        Facts facts = Facts.read(files);
        return samples == null ? facts : facts.sample(samples, seed);
    }

    Questions questions(PlugLM model, Facts facts, Console console) {
        Questions questions = Questions.of(facts, model);
        if (!questions.leftOut().isEmpty()) {
            console.note("left out: " + questions.leftOut().entrySet().stream()
                    .map(each -> Console.count(each.getValue()) + " (" + each.getKey() + ")")
                    .collect(Collectors.joining(", ")));
        }
        return questions;
    }
}
