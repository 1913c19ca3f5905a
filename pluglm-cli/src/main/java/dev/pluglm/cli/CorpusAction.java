package dev.pluglm.cli;

import dev.pluglm.corpus.BadRecord;
import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.ReadCounts;
import dev.pluglm.corpus.job.CorpusJob;
import dev.pluglm.corpus.job.Output;
import dev.pluglm.text.Tokenizer;

import picocli.CommandLine.Mixin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A command that turns a corpus into one output. */
abstract class CorpusAction extends Action {
    /** Characters of a bad record's line. */
    private static final int LONGEST = 300;

    @Mixin
    private CorpusInput input;

    /**
     * Runs the job and prints what came of it.
     *
     * @param unit what is written, in the plural, such as {@code passages}
     * @param told what was written, in words
     */
    final int write(Console console, Output output, Optional<Tokenizer> tokenizer, String unit,
            Function<CorpusJob.Result, String> told) {
        Corpus corpus = input.corpus();
        CorpusJob.Result result;
        try (CorpusProgress progress = new CorpusProgress(console, corpus.bytes())) {
            result = new CorpusJob(corpus, input.options(), tokenizer, output, progress).run();
        }
        showBad(console, result.counts());
        console.result(() -> "wrote %s to %s%s".formatted(told.apply(result), output.target(), left(result)), () -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("output", output.target().toString());
            object.put(unit, result.written());
            object.put("documents", result.counts().documents());
            object.put("skipped", result.counts().skipped());
            object.put("bad", result.counts().bad());
            if (output instanceof Output.Shards) {
                object.put("left_out", result.leftOut());
            }
            return object;
        });
        return Cli.OK;
    }

    private static String left(CorpusJob.Result result) {
        ReadCounts counts = result.counts();
        return (counts.skipped() == 0 ? "" : "; skipped " + Console.count(counts.skipped(), "record") + " without text")
                + (counts.bad() == 0 ? "" : "; skipped " + Console.count(counts.bad(), "bad record"))
                + (result.leftOut() == 0 ? "" : "; left out " + Console.count(result.leftOut(), "sample")
                        + ", so that shards differ by one");
    }

    /** Tells which records were bad, as far as they were kept. */
    private static void showBad(Console console, ReadCounts counts) {
        for (BadRecord bad : counts.examples()) {
            showBad(console, bad);
        }
        if (counts.bad() > counts.examples().size()) {
            console.note("... and " + Console.count(counts.bad() - counts.examples().size()) + " more");
        }
    }

    static void showBad(Console console, BadRecord bad) {
        console.note("bad record: " + Plain.shortened(bad.toString(), LONGEST));
    }

    static String from(CorpusJob.Result result) {
        return " from " + Console.count(result.counts().documents(), "document");
    }
}
