package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.disk.AtomicFiles;
import dev.pluglm.evaluation.ClozeAnswer;
import dev.pluglm.evaluation.ClozeEvaluation;
import dev.pluglm.evaluation.CommonVocabulary;
import dev.pluglm.evaluation.Facts;
import dev.pluglm.evaluation.Questions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

@Command(name = "probe",
        header = "Probe a model for facts, by the protocol of LAMA.",
        customSynopsis = "pluglm probe MODEL --facts FILE... [--common-vocab FILE] [--memory DIR]... [OPTIONS]",
        description = {"", FactOptions.FORMATS, "", "P@1 and P@10: percent of the facts whose answer is the first, or"
                + " among the first ten; MRR: mean of 1 / its rank; for each relation, over all facts, and the mean"
                + " over relations, which is LAMA's figure. Left out and counted are facts whose answer is no single"
                + " WordPiece, or not in the common vocabulary."},
        footer = {"", "Examples:",
            "  pluglm probe bert --facts Google_RE/*.jsonl --common-vocab common_vocab_cased.txt",
            "  pluglm probe bert --facts TREx/*.jsonl --relations relations.jsonl --memory wiki \\",
            "         --predictions answers.jsonl"})
final class ProbeAction extends Action {
    @Mixin
    private EvaluationOptions options;

    @Mixin
    private FactOptions factOptions;

    @Option(names = "--common-vocab", paramLabel = "FILE", description = "Seek answers among these words only, one a"
            + " line. A list for cased models will do for an uncased one: its capitals are made small.")
    private Path commonVocabulary;

    @Option(names = "--max-words", paramLabel = "N", defaultValue = "100",
            description = "Leave out questions with more words (default: 100, LAMA's).")
    private int maxWords;

    @Option(names = "--memory", paramLabel = "DIR",
            description = "A memory to plug in; may be given several times.")
    private List<Path> memories = List.of();

    @Option(names = "--predictions", paramLabel = "FILE", description = "Write a line of JSON for each fact here: its"
            + " rank, the ten best tokens, and the passages that were read.")
    private Path predictions;

    @Override
    int run(Console console) {
        EvaluationOptions.between("--max-words", maxWords, 1, 100_000);
        Report report = new Report("probe", options);
        Facts facts = factOptions.read(options.seed).upTo(maxWords);
        try (PlugLM model = options.open()) {
            Optional<CommonVocabulary> common = Optional.ofNullable(commonVocabulary)
                    .map(file -> CommonVocabulary.read(file, model.tokenizer()));
            common.ifPresent(words -> console.note("common vocabulary: %s words, %s of them single tokens of this model"
                    .formatted(Console.count(words.words()), Console.count(words.words() - words.split()))));
            Questions questions = factOptions.questions(model, facts, common, console);
            ClozeEvaluation measured = measure(model.plug(memories.toArray(Path[]::new)), questions, console);
            if (predictions != null) {
                AtomicFiles.write(predictions, measured.answers().stream().map(ProbeAction::line).map(Report::line)
                        .collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8));
            }
            common.ifPresent(words -> report.with("common_vocabulary", Map.of("file", commonVocabulary.toString(),
                    "words", words.words(), "split", words.split(), "tokens", words.size())));
            factOptions.into(report, questions, memories)
                    .with("memory_k", model.model().config().memoryK())
                    .with("results", measured)
                    .finish(options, console);
            if (!console.isJson()) {
                ClozeTable.print(console, Map.of(memories.isEmpty() ? Conditions.OFF : Conditions.MEMORY, measured));
            }
        }
        return Cli.OK;
    }

    private ClozeEvaluation measure(PlugLM model, Questions questions, Console console) {
        OptionalLong count = OptionalLong.of(questions.questions().size());
        try (Progress progress = console.progress("probing", "facts", count)) {
            return ClozeEvaluation.measure(model, questions, options.batchSize, progress::to);
        }
    }

    private static Map<String, Object> line(ClozeAnswer answer) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", answer.fact().id());
        line.put("set", answer.fact().set());
        line.put("relation", answer.fact().relation());
        line.put("subject", answer.fact().subject());
        line.put("question", answer.fact().question());
        line.put("answers", answer.fact().answers());
        line.put("rank", answer.rank());
        line.put("guesses", answer.guesses());
        line.put("layers", answer.layers());
        return line;
    }
}
