package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.cli.Table.Column;
import dev.pluglm.evaluation.EditEvaluation;
import dev.pluglm.evaluation.EditOutcome;
import dev.pluglm.evaluation.EditScores;
import dev.pluglm.evaluation.Facts;
import dev.pluglm.evaluation.Questions;
import dev.pluglm.evaluation.Share;
import dev.pluglm.tensor.Precision;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

@Command(name = "edits",
        header = "Make a memory state other facts, and see whether the model follows.",
        customSynopsis = "pluglm evaluate edits MODEL --facts FILE... --memory DIR [OPTIONS]",
        description = {"", FactOptions.FORMATS, "", "In a copy of the memory, the passages of some facts are replaced"
                + " by such that state another object of the same relation. Efficacy: the top answer is the new object;"
                + " before: it was so without the edit; generality: under another phrasing too; unrelated: answers to"
                + " other questions that changed. First all edits together, then some of them alone, each undone before"
                + " the next. After undoing, all logits must have the same bits as before."},
        footer = {"", "Example:", "  pluglm evaluate edits bert --facts facts.jsonl --memory facts"})
final class EvaluateEdits extends Action {
    private static final int MOST = 1_000_000;

    @Mixin
    private EvaluationOptions options;

    @Mixin
    private FactOptions factOptions;

    @Option(names = "--memory", paramLabel = "DIR", required = true,
            description = "The memory that is edited, in a copy; further ones are plugged in beside it.")
    private List<Path> memories;

    @Option(names = "--edits", paramLabel = "N", defaultValue = "200",
            description = "How many facts to edit (default: 200).")
    private int edits;

    @Option(names = "--alone", paramLabel = "N", defaultValue = "50",
            description = "How many of these to edit one by one as well (default: 50).")
    private int alone;

    @Option(names = "--unrelated", paramLabel = "N", defaultValue = "300",
            description = "How many unrelated questions to ask beside all edits together (default: 300).")
    private int unrelated;

    @Option(names = "--unrelated-alone", paramLabel = "N", defaultValue = "32",
            description = "How many of these to ask beside each single edit (default: 32).")
    private int unrelatedAlone;

    @Override
    int run(Console console) {
        EvaluationOptions.between("--edits", edits, 1, MOST);
        EvaluationOptions.between("--alone", alone, 0, MOST);
        EvaluationOptions.between("--unrelated", unrelated, 0, MOST);
        EvaluationOptions.between("--unrelated-alone", unrelatedAlone, 0, MOST);
        if (options.precision != Precision.FP32) {
            throw new BadUsage("edits encode passages, which takes --dtype fp32");
        }
        Report report = new Report("edits", options);
        Facts facts = factOptions.read(options.seed);
        try (PlugLM model = options.open()) {
            Questions questions = factOptions.questions(model, facts, Optional.empty(), console);
            EditEvaluation.Options asked = new EditEvaluation.Options(
                    edits, alone, unrelated, unrelatedAlone, options.seed, options.batchSize);
            try (Progress progress = console.progress("editing", "questions",
                    OptionalLong.of(asked.work(questions.questions())))) {
                EditEvaluation measured = EditEvaluation.measure(
                        model, memories, questions.questions(), asked, progress::to);
                factOptions.into(report, questions, memories)
                        .with("results", measured)
                        .finish(options, console);
                if (!console.isJson()) {
                    print(console, measured);
                }
                return measured.undoneExactly() ? Cli.OK : Cli.FAILURE;
            }
        }
    }

    private static void print(Console console, EditEvaluation measured) {
        try (Table table = new Table(console, Column.text("edits"), Column.number("facts"), Column.number("efficacy"),
                Column.number("+-"), Column.number("before"), Column.number("generality"), Column.number("efficacy*"),
                Column.number("generality*"), Column.number("unrelated changed"), Column.number("of"))) {
            table.row(row("together", measured.together()));
            if (measured.relations().size() > 1) {
                measured.relations().forEach((relation, scores) -> table.row(row("... " + relation, scores)));
            }
            table.row(row("alone", measured.alone()));
        }
        console.line("");
        console.line("* of what was answered right before the edit: %s of %s questions".formatted(
                Console.count(measured.rightBefore().hits()), Console.count(measured.rightBefore().of())));
        List<EditOutcome> failed = measured.outcomes().stream().filter(each -> !each.took()).toList();
        if (!failed.isEmpty()) {
            long stayed = failed.stream().filter(EditOutcome::stayed).count();
            console.line("where the new object was not the answer: %s answered as before, %s something else"
                    .formatted(Console.count(stayed), Console.count(failed.size() - stayed)));
        }
        if (measured.statedElsewhere() > 0) {
            console.line("facts that another passage of the memory states as before: "
                    + Console.count(measured.statedElsewhere()));
        }
        measured.leftOut().forEach((why, count) ->
                console.line("facts that could not be edited: %s (%s)".formatted(Console.count(count), why)));
        console.line("after undoing, " + (measured.undoneExactly()
                ? "every logit is as before, bit by bit"
                : "NOT everything is as before"));
    }

    private static String[] row(String name, EditScores scores) {
        Share changed = scores.unrelatedChanged();
        return new String[] {
            name, Console.count(scores.efficacy().of()), scores.efficacy().toString(),
            ClozeTable.number("%.1f", scores.efficacy().standardError()),
            scores.alreadyBefore().toString(), scores.generality().toString(),
            scores.efficacyOfRight().toString(), scores.generalityOfRight().toString(), changed.toString(),
            Console.count(changed.of())
        };
    }
}
