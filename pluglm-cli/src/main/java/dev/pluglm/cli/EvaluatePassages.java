package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.evaluation.EvidencePassages;
import dev.pluglm.evaluation.Facts;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

@Command(name = "passages",
        header = "Write the passages that state facts, and others, for a memory to be made of.",
        customSynopsis = "pluglm evaluate passages MODEL --facts FILE... --output FILE [OPTIONS]",
        description = {"", FactOptions.FORMATS, "", "Distractors are drawn from documents (plain text, JSON lines,"
                + " dumps); passages that say subject and answer of one of the facts are never drawn. With"
                + " --no-evidence there are only distractors, for a wrong memory."},
        footer = {"", "Example:",
            "  pluglm evaluate passages bert --facts facts.jsonl --distractors wiki.jsonl --output p.jsonl",
            "  pluglm memory create evidence --model bert --from p.jsonl"})
final class EvaluatePassages extends Action {
    private static final int DEFAULT_COUNT = 20_000;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The model directory; its vocabulary counts tokens.")
    private Path model;

    @Mixin
    private FactOptions factOptions;

    @Option(names = "--distractors", paramLabel = "FILE", arity = "1..*", parameterConsumer = FileNames.class,
            description = "Files of documents to draw other passages from.")
    private List<String> distractors = List.of();

    @Option(names = "--count", paramLabel = "N",
            description = "How many distractors (default: 20000 where --distractors are given).")
    private Integer count;

    @Option(names = "--no-evidence", description = "Write distractors only.")
    private boolean withoutEvidence;

    @Option(names = "--passage-tokens", paramLabel = "N", defaultValue = "64",
            description = "The longest passage, in tokens (default: 64).")
    private int passageTokens;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "For what is drawn (default: 42).")
    private long seed;

    @Option(names = "--output", paramLabel = "FILE", required = true, description = "The file to write.")
    private Path output;

    @Override
    int run(Console console) {
        if (count != null && distractors.isEmpty()) {
            throw new BadUsage("--count needs --distractors FILE... to draw them from");
        }
        int others = distractors.isEmpty() ? 0 : count == null ? DEFAULT_COUNT : count;
        EvaluationOptions.between("--count", others, 0, Integer.MAX_VALUE);
        EvaluationOptions.between("--passage-tokens", passageTokens, 8, 1 << 16);
        Facts facts = factOptions.read(seed);
        Optional<Corpus> corpus = distractors.isEmpty() ? Optional.empty() : Optional.of(Corpus.of(distractors));
        EvidencePassages.Options options =
                new EvidencePassages.Options(passageTokens, !withoutEvidence, others, seed);
        try (PlugLM opened = PlugLM.load(model);
                Progress progress = console.progress("reading", "kB",
                        OptionalLong.of(Math.max(1, corpus.map(Corpus::bytes).orElse(0L) >> 10)))) {
            EvidencePassages passages =
                    EvidencePassages.collect(facts, corpus, opened.tokenizer(), options, progress::to);
            passages.write(output);
            print(console, facts, passages);
        }
        return Cli.OK;
    }

    private void print(Console console, Facts facts, EvidencePassages written) {
        int others = written.passages().size() - written.evidence();
        console.result(
                () -> "wrote %s to %s: %s of evidence for %s, %s (%s that state a fact were left out)".formatted(
                        Console.count(written.passages().size(), "passage"), output, Console.count(written.evidence()),
                        Console.count(facts.facts().size(), "fact"), Console.count(others, "distractor"),
                        Console.count(written.refused())),
                () -> {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("output", output.toString());
                    object.put("passages", written.passages().size());
                    object.put("evidence", written.evidence());
                    object.put("distractors", others);
                    object.put("refused", written.refused());
                    object.put("seed", seed);
                    return object;
                });
    }
}
