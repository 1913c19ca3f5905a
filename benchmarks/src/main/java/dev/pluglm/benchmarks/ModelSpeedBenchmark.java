package dev.pluglm.benchmarks;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Task;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Measures what {@code bench_reference.py} measures of the published code, in the same words, so that both can be run
 * in turns ({@code side_by_side.py}): encoding passages for a memory, and classification with a frozen memory. The
 * model has 6 layers of 384, one of them a memory layer; the memory holds 100,000 passages.
 *
 * <p>Arguments: number of threads; then, to encode real text too, a vocabulary and a file of JSON lines with
 * {@code text}; or else {@code base}, for the latency of single predictions by a classifier of BERT-base's size.
 */
public final class ModelSpeedBenchmark {
    private static final int MEMORY = 100_000;
    private static final int PASSAGES = 2048;
    private static final int PASSAGE = 64;
    private static final int BATCH = 16;
    private static final int LENGTH = 128;
    /** Tokens of a single prediction: two or three sentences. */
    private static final int SENTENCES = 64;
    private static final int HIDDEN = 384;
    private static final int BASE_HIDDEN = 768;
    private static final int QUERY = 128;

    private final RandomGenerator random = new SplittableRandom(20230521);

    private ModelSpeedBenchmark() {}

    public static void main(String[] arguments) {
        Torch.threads(Integer.parseInt(arguments[0]));
        ModelSpeedBenchmark benchmark = new ModelSpeedBenchmark();
        if (arguments.length > 1 && arguments[1].equals("base")) {
            benchmark.latencyOfBase();
            return;
        }
        benchmark.encode(arguments.length < 3
                ? Optional.empty()
                : Optional.of(RealPassages.read(Path.of(arguments[1]), Path.of(arguments[2]), PASSAGES, PASSAGE)));
        try (ArrayMemory memory = benchmark.memory(HIDDEN)) {
            for (Precision precision : Precision.values()) {
                benchmark.classify(memory, precision);
            }
        }
        System.out.println("Java " + Runtime.version() + ", threads " + Torch.threads());
    }

    private static PlugLMConfig config(Task task) {
        return config(task, HIDDEN, 6, 2 * HIDDEN);
    }

    private static PlugLMConfig config(Task task, int hidden, int layers, int memoryLayerFfn) {
        return PlugLMConfig.of(c -> {
            c.hiddenSize = hidden;
            c.numHiddenLayers = layers;
            c.numAttentionHeads = 12;
            c.intermediateSize = 4 * hidden;
            c.numMemoryLayers = 1;
            c.memoryLayerFfnDim = memoryLayerFfn;
            c.querySize = QUERY;
            c.task = task;
            c.fixKeys = task == Task.CLASSIFICATION;
            c.fixValues = task == Task.CLASSIFICATION;
        });
    }

    private void encode(Optional<int[][]> text) {
        try (PlugLMModel model = PlugLMModel.random(config(Task.MASKED_LM), 0)) {
            MemoryEncoder encoder = model.memoryEncoder().orElseThrow();
            int[][] passages = ids(PASSAGES, PASSAGE);
            rate("encode memory (model only, no loader), passages", 9, PASSAGES, () -> encoder.encode(passages));
            text.ifPresent(real -> rate(String.format(Locale.ROOT,
                    "the same with passages of Wikipedia (%.1f tokens each), passages",
                    Arrays.stream(real).mapToInt(p -> p.length).average().orElse(0)), 9, PASSAGES,
                    () -> encoder.encode(real)));
        }
    }

    /** As {@code model import bert-base-uncased} makes it, with a frozen memory. */
    private void latencyOfBase() {
        PlugLMConfig base = config(Task.CLASSIFICATION, BASE_HIDDEN, 12, 4 * BASE_HIDDEN);
        int[][] one = ids(1, SENTENCES);
        try (ArrayMemory memory = memory(BASE_HIDDEN)) {
            for (Precision precision : Precision.values()) {
                try (PlugLMModel model =
                        PlugLMModel.of(base, _ -> Optional.empty(), Torch.device("cpu"), precision, 0)) {
                    rate("classify, one sequence of %d, BERT-base with a memory of %d (%s)".formatted(SENTENCES, MEMORY,
                            precision.name().toLowerCase(Locale.ROOT)), 120, 1, () -> logits(model, memory, one));
                    rate("the same without a memory", 120, 1, () -> logits(model, Memory.empty(), one));
                }
            }
        }
    }

    private ArrayMemory memory(int hidden) {
        return ArrayMemory.builder("benchmark", Vectors.rounded(gaussian(MEMORY * QUERY), QUERY))
                .values(Vectors.rounded(gaussian(MEMORY * hidden), hidden))
                .build();
    }

    private void classify(Memory memory, Precision precision) {
        try (PlugLMModel model = PlugLMModel.of(
                config(Task.CLASSIFICATION), _ -> Optional.empty(), Torch.device("cpu"), precision, 0)) {
            int[][] batch = ids(BATCH, LENGTH);
            int[][] one = {batch[0]};
            String label = precision == Precision.FP32 ? "" : " (" + precision.name().toLowerCase(Locale.ROOT) + ")";
            rate("classify, frozen memory N=100k, B=16 L=128" + label + ", sequences", 9, BATCH,
                    () -> logits(model, memory, batch));
            rate("classify, one sequence" + label, 50, 1, () -> logits(model, memory, one));
        }
    }

    private static float[] logits(PlugLMModel model, Memory memory, int[][] texts) {
        return Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Pass pass = Pass.prediction(view);
                return Tensors.floats(model.logits(Input.of(texts, 0), pass));
            }
        });
    }

    private int[][] ids(int texts, int length) {
        int[][] ids = new int[texts][];
        for (int i = 0; i < texts; i++) {
            ids[i] = random.ints(length, 1000, 30_000).toArray();
        }
        return ids;
    }

    private float[] gaussian(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** Measures after as many runs that do not count: the JVM has compiled by then. */
    private static void rate(String label, int times, int units, Runnable work) {
        Medians medians = new Medians();
        for (int i = 0; i < 2 * times; i++) {
            if (i == times) {
                medians.restart();
            }
            medians.begin();
            work.run();
            medians.end();
        }
        medians.print(label, units);
    }
}
