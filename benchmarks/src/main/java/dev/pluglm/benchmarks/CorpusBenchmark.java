package dev.pluglm.benchmarks;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.DocumentReader;
import dev.pluglm.corpus.Progress;
import dev.pluglm.corpus.ReadOptions;

import java.util.List;
import java.util.Locale;

/**
 * Megabytes a second of reading a corpus to clean text, on one thread. Arguments: files of any format that
 * {@code pluglm corpus} reads. Reads them five times; the first rounds warm Java up.
 */
public final class CorpusBenchmark {
    private static final int ROUNDS = 5;

    private CorpusBenchmark() {}

    public static void main(String[] files) {
        Corpus corpus = Corpus.of(List.of(files));
        for (int round = 1; round <= ROUNDS; round++) {
            long start = System.nanoTime();
            long cpu = cpuNanos();
            long documents = 0;
            long characters = 0;
            try (DocumentReader reader = corpus.open(ReadOptions.defaults(), Progress.none())) {
                while (reader.hasNext()) {
                    characters += reader.next().length();
                    documents++;
                }
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            double processor = (cpuNanos() - cpu) / 1e9;
            System.out.printf(Locale.ROOT, "round %d: %,d documents, %,d characters out of %.1f MB; %.1f MB/s, %.1f MB a"
                            + " second of processor time of all threads%n",
                    round, documents, characters, corpus.bytes() / 1e6, corpus.bytes() / 1e6 / seconds,
                    corpus.bytes() / 1e6 / processor);
        }
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
