package dev.pluglm.cli;

import dev.pluglm.PlugLM;
import dev.pluglm.cli.Table.Column;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.evaluation.MaskedEvaluation;
import dev.pluglm.evaluation.MaskedTexts;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

@Command(name = "masked",
        header = "Mask tokens of texts and see how well they are predicted.",
        customSynopsis = "pluglm evaluate masked MODEL --texts FILE... [--memory DIR]... [OPTIONS]",
        description = {"", "Name texts that the model was not trained on. Parts of them are drawn by the seed and"
                + " masked as in training: of 15%% of the tokens, 80%% become [MASK], 10%% any token, 10%% stay. Perplexity is"
                + " exp of the mean cross-entropy over these. 'own' tells how often a passage out of the very document"
                + " was found in the memory: there the model may have copied."},
        footer = {"", "Example:", "  pluglm evaluate masked bert --texts held-out.jsonl --memory wiki"})
final class EvaluateMasked extends Action {
    private static final int SHORTEST = 8;

    @Mixin
    private EvaluationOptions options;

    @Option(names = "--texts", paramLabel = "FILE", arity = "1..*", required = true,
            parameterConsumer = FileNames.class,
            description = "Files of documents: plain text, JSON lines, dumps.")
    private List<String> texts;

    @Option(names = "--samples", paramLabel = "N", defaultValue = "1000",
            description = "How many parts of texts to draw (default: 1000).")
    private int samples;

    @Option(names = "--masked-lm-ratio", paramLabel = "R", defaultValue = "0.15",
            description = "How much is masked (default: 0.15).")
    private double ratio;

    @Option(names = "--max-length", paramLabel = "N", defaultValue = "128",
            description = "Tokens of a part at most (default: 128).")
    private int tokens;

    @Mixin
    private Conditions conditions;

    @Override
    int run(Console console) {
        EvaluationOptions.between("--samples", samples, 1, 10_000_000);
        if (!(ratio > 0 && ratio <= 1)) {
            throw new BadUsage("--masked-lm-ratio is %s; expected more than 0, up to 1".formatted(ratio));
        }
        Report report = new Report("masked", options);
        Corpus corpus = Corpus.of(texts);
        try (PlugLM model = options.open()) {
            EvaluationOptions.between("--max-length", tokens, SHORTEST, model.model().config().maxPositionEmbeddings());
            MaskedTexts masked = draw(corpus, model, console);
            Map<String, MaskedEvaluation> measured = conditions.measure(model, (condition, plugged) -> {
                int count = masked.texts().size();
                try (Progress progress =
                        console.progress(Conditions.spoken(condition), "texts", OptionalLong.of(count))) {
                    return MaskedEvaluation.measure(plugged, masked, options.batchSize, progress::to);
                }
            });
            report.with("texts", texts)
                    .with("memories", conditions.all())
                    .with("samples", masked.texts().size())
                    .with("masked_tokens", masked.masked())
                    .with("masked_lm_ratio", ratio)
                    .with("max_length", tokens)
                    .with("results", measured)
                    .finish(options, console);
            if (!console.isJson()) {
                print(console, measured, masked.texts().size());
            }
        }
        return Cli.OK;
    }

    private MaskedTexts draw(Corpus corpus, PlugLM model, Console console) {
        MaskedTexts.Options drawn = new MaskedTexts.Options(samples, tokens, ratio, options.seed);
        OptionalLong kilobytes = OptionalLong.of(Math.max(1, corpus.bytes() >> 10));
        try (Progress progress = console.progress("reading", "kB", kilobytes)) {
            return MaskedTexts.draw(corpus, model, drawn, progress::to);
        }
    }

    private static void print(Console console, Map<String, MaskedEvaluation> measured, int texts) {
        try (Table table = new Table(console, Column.text("memory"), Column.number("texts"), Column.number("masked"),
                Column.number("accuracy"), Column.number("+-"), Column.number("perplexity"), Column.number("loss"),
                Column.number("own"))) {
            measured.forEach((condition, each) -> table.row(condition, Console.count(texts),
                    Console.count(each.accuracy().of()), each.accuracy().toString(),
                    ClozeTable.number("%.1f", each.accuracy().standardError()),
                    ClozeTable.number("%.3f", each.perplexity()), ClozeTable.number("%.4f", each.loss()),
                    each.ownFound().toString()));
        }
    }
}
