package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.evaluation.ClozeEvaluation;
import dev.pluglm.evaluation.Facts;
import dev.pluglm.evaluation.Questions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

@Command(name = "cloze",
        header = "Ask for facts, and see which passages are found for them.",
        customSynopsis = "pluglm evaluate cloze MODEL --facts FILE... [--memory DIR]... [OPTIONS]",
        description = {"", FactOptions.FORMATS, "", "P@1 and P@10: percent of the questions whose right answer is the"
                + " first, or among the first ten, of all tokens; MRR: mean of 1 / its rank. Answers of several"
                + " WordPieces are left out. For each memory layer: how often the fact's own evidence is among the"
                + " passages found, or any passage that says subject and answer, and its share of the attention."},
        footer = {"", "Example:", "  pluglm evaluate cloze bert --facts facts.jsonl --memory facts"})
final class EvaluateCloze extends Action {
    @Mixin
    private EvaluationOptions options;

    @Mixin
    private FactOptions factOptions;

    @Mixin
    private Conditions conditions;

    @Override
    int run(Console console) {
        Report report = new Report("cloze", options);
        Facts facts = factOptions.read(options.seed);
        try (PlugLM model = options.open()) {
            Questions questions = factOptions.questions(model, facts, Optional.empty(), console);
            Map<String, ClozeEvaluation> measured = conditions.measure(model, (condition, plugged) -> {
                int count = questions.questions().size();
                try (Progress progress =
                        console.progress(Conditions.spoken(condition), "questions", OptionalLong.of(count))) {
                    return ClozeEvaluation.measure(plugged, questions, options.batchSize, progress::to);
                }
            });
            factOptions.into(report, questions, conditions.all())
                    .with("memory_k", model.model().config().memoryK())
                    .with("results", measured)
                    .finish(options, console);
            if (!console.isJson()) {
                ClozeTable.print(console, measured);
            }
        }
        return Cli.OK;
    }
}
