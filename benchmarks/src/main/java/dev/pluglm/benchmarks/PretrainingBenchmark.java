package dev.pluglm.benchmarks;

import dev.pluglm.checkpoint.DType;
import dev.pluglm.checkpoint.Npy;
import dev.pluglm.checkpoint.StoredTensor;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.pretraining.Pretraining;
import dev.pluglm.pretraining.PretrainingConfig;
import dev.pluglm.training.Ensemble;
import dev.pluglm.training.Trainer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tokens a second of pre-training, in the setting of the published code's benchmark: 6 layers of 384 with one memory
 * layer, batches of 16 x 128 tokens, 100,000 passages of 64 tokens to search, 5 found for each text and encoded anew.
 * Unlike there, the optimizer and the data are part of what is timed.
 *
 * <p>Arguments: threads (2), number format (bf16), passages (100000), steps (12).
 */
public final class PretrainingBenchmark {
    private static final int WORDS = 30_522;
    private static final int BATCH = 16;
    private static final int LENGTH = 128;
    private static final int PASSAGE = 64;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private PretrainingBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        PretrainingConfig config = new PretrainingConfig();
        config.threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        config.dtype = arguments.length > 1 ? arguments[1] : "bf16";
        int passages = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 100_000;
        int steps = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 12;
        Path work = Files.createTempDirectory("pretraining-benchmark");
        Random random = new Random(1);
        config.vocabFile = Optional.of(Files.write(work.resolve("vocab.txt"), vocabulary()));
        config.dataDir = List.of(Files.write(work.resolve("texts.jsonl"), texts(random)));
        config.tokenizedDocumentPath = Optional.of(passages(work.resolve("passages.npy"), passages, random));
        config.outputDir = work.resolve("run");
        PlugLMConfig.Draft model = new PlugLMConfig.Draft();
        model.hiddenSize = 384;
        model.numHiddenLayers = 6;
        model.intermediateSize = 1536;
        config.model = Optional.of(model);
        config.passageTokens = PASSAGE;
        config.maxSeqLength = LENGTH;
        config.shortWindows = 0;
        config.maxTrainSteps = steps + 2;
        config.totalTrainBatchSizePerDevice = BATCH;
        config.gradientAccumulationSteps = 1;
        config.refreshingSteps = 0;
        Timer timer = new Timer();
        try (Pretraining training = Pretraining.prepare(config, false, Ensemble.alone(), timer)) {
            while (!training.trainer().isDone()) {
                long from = CPU.getCurrentThreadCpuTime();
                timer.step(training.trainer().step());
                timer.cpu(CPU.getCurrentThreadCpuTime() - from);
            }
        }
        timer.print(config);
    }

    private static List<String> vocabulary() {
        List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        IntStream.range(words.size(), WORDS).forEach(i -> words.add("w" + i));
        return words;
    }

    private static List<String> texts(Random random) {
        return IntStream.range(0, 1000).mapToObj(i -> "{\"id\":\"%d\",\"text\":\"%s\"}".formatted(i,
                random.ints(LENGTH - 2, 5, WORDS).mapToObj(word -> "w" + word).collect(Collectors.joining(" "))))
                .toList();
    }

    private static Path passages(Path file, int count, Random random) {
        short[] ids = new short[count * PASSAGE];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (short) (5 + random.nextInt(WORDS - 5));
        }
        Npy.write(file, new StoredTensor(DType.I16, new long[] {count, PASSAGE}, MemorySegment.ofArray(ids)));
        return file;
    }

    private static final class Timer implements Pretraining.Listener {
        private final List<Trainer.Report> reports = new ArrayList<>();
        private final List<Double> cpu = new ArrayList<>();
        private long encodingFrom = -1;
        private double encodingSeconds;

        @Override
        public void note(String text) {
            System.out.println(text);
        }

        @Override
        public void encoding(long done, long passages) {
            encodingFrom = encodingFrom < 0 ? System.nanoTime() : encodingFrom;
            encodingSeconds = (System.nanoTime() - encodingFrom) / 1e9;
        }

        @Override
        public void step(Trainer.Report report) {
            reports.add(report);
        }

        void cpu(long nanoseconds) {
            cpu.add(nanoseconds / 1e9);
        }

        void print(PretrainingConfig config) {
            double[] seconds = sorted(reports.stream().map(Trainer.Report::seconds));
            double median = seconds[seconds.length / 2];
            double[] ofThread = sorted(cpu.stream());
            double medianOfThread = ofThread[ofThread.length / 2];
            System.out.printf(Locale.ROOT, "pretrain step 6x384 M=1 B=%d L=%d, %s, %d threads, optimizer included:"
                            + " median %.1f ms, %.1f tokens/s (steps %s)%n",
                    BATCH, LENGTH, config.dtype, config.threads, median * 1e3, BATCH * LENGTH / median,
                    Arrays.stream(seconds).mapToObj(it -> String.format(Locale.ROOT, "%.2f", it))
                            .collect(Collectors.joining(" ")));
            System.out.printf(Locale.ROOT, "  CPU time of the calling thread: median %.1f ms, %.1f tokens/s%n",
                    medianOfThread * 1e3, BATCH * LENGTH / medianOfThread);
            System.out.printf(Locale.ROOT, "first refresh of the memory: %.1f s%n", encodingSeconds);
        }

        /** Without the first two, in which things warm up. */
        private static double[] sorted(Stream<Double> steps) {
            return steps.skip(2).mapToDouble(it -> it).sorted().toArray();
        }
    }
}
