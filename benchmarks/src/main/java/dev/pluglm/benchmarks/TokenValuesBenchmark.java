package dev.pluglm.benchmarks;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.DocumentEncoderType;
import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Pass;
import dev.pluglm.model.Peers;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Trace;
import dev.pluglm.model.ValueType;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/**
 * Measures what it costs to read passages token by token, at the size of BERT-base with weights that are drawn: a
 * prediction without a memory, with pooled values, and with the values of tokens, new and kept from before; and what it
 * would cost to read token states that a file holds in fp16.
 *
 * <p>One thread; processor time, which other programs disturb least. Argument: a seed (optional). Prints medians of
 * rounds in which all of them take turns.
 */
public final class TokenValuesBenchmark {
    private static final int ROUNDS = 30;
    private static final int K = 5;
    private static final int LENGTH = 64;
    private static final int QUESTION = 12;
    private static final int PASSAGES = 2000;
    private static final int HIDDEN = 768;
    private static final int KEY = 128;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Random random;
    private final Map<String, double[]> milliseconds = new LinkedHashMap<>();

    private TokenValuesBenchmark(long seed) {
        random = new Random(seed);
    }

    public static void main(String[] arguments) throws IOException {
        Torch.threads(1);
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 20230521;
        System.out.printf("questions of %d tokens, %d passages of %d tokens (uneven: 64, 54 ... 24), seed %d%n",
                QUESTION, K, LENGTH, seed);
        new TokenValuesBenchmark(seed).run();
    }

    private static PlugLMConfig config(String encoder, ValueType values) {
        return PlugLMConfig.of(c -> {
            c.documentEncoderType = DocumentEncoderType.of(encoder);
            c.valueType = values;
            c.memoryLayerFfnDim = c.intermediateSize;
        });
    }

    private void run() throws IOException {
        Path file = Files.createTempFile("pluglm-states", ".bin");
        try (PlugLMModel pooled = PlugLMModel.random(config("word_embedding", ValueType.POOLED), 1);
                PlugLMModel words = PlugLMModel.random(config("word_embedding", ValueType.TOKENS), 1);
                PlugLMModel context = PlugLMModel.random(config("first_4", ValueType.TOKENS), 1);
                FileChannel states = filled(file);
                Arena arena = Arena.ofShared()) {
            MemorySegment mapped = states.map(FileChannel.MapMode.READ_ONLY, 0, states.size(), arena);
            for (int round = 0; round < ROUNDS; round++) {
                int[][] question = {text(QUESTION)};
                try (ArrayMemory memory = memory(_ -> LENGTH); ArrayMemory uneven = memory(i -> LENGTH - 10 * i)) {
                    time("no memory", round, () -> predict(pooled, Memory.empty(), question));
                    time("pooled values, stored", round, () -> predict(pooled, memory, question));
                    time("tokens of word_embedding, made anew", round, () -> predict(words, memory, question));
                    time("tokens of first_4, made anew, one by one", round, () -> predict(context, memory, question));
                    time("tokens of first_4, kept from the call before", round, () ->
                            predict(context, memory, question));
                    time("tokens of first_4, made anew, all at once", round, () -> live(context, memory, question));
                    time("uneven passages, one by one", round, () -> predict(context, uneven, question));
                    time("uneven passages, all at once", round, () -> live(context, uneven, question));
                    time("reading fp16 from a mapped file", round, () -> read(mapped));
                }
            }
        } finally {
            Files.delete(file);
        }
        milliseconds.forEach((name, times) -> {
            double[] sorted = Arrays.stream(times).skip(ROUNDS / 3).sorted().toArray();
            System.out.printf("%-46s %8.2f ms (%.2f to %.2f)%n", name, sorted[sorted.length / 2], sorted[0],
                    sorted[sorted.length - 1]);
        });
    }

    private void time(String name, int round, Runnable work) {
        long start = threads.getCurrentThreadCpuTime();
        work.run();
        milliseconds.computeIfAbsent(name, _ -> new double[ROUNDS])[round] =
                (threads.getCurrentThreadCpuTime() - start) / 1e6;
    }

    private static void predict(PlugLMModel model, Memory memory, int[][] question) {
        predict(model, memory, question, true);
    }

    /** Values as they are made in training. */
    private static void live(PlugLMModel model, Memory memory, int[][] question) {
        predict(model, memory, question, false);
    }

    private static void predict(PlugLMModel model, Memory memory, int[][] question, boolean stored) {
        Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Pass pass = new Pass(false, view, true, stored, false, Trace.NONE, Peers.NONE);
                return Tensors.floats(model.logits(model.states(Input.of(question, 0), pass).select(1, 3), pass));
            }
        });
    }

    private void read(MemorySegment mapped) {
        long size = (long) LENGTH * HIDDEN * Short.BYTES;
        for (int i = 0; i < K; i++) {
            try (Scope _ = Scope.open()) {
                MemorySegment one = mapped.asSlice(random.nextInt(PASSAGES) * size, size);
                Tensor states = Tensors.of(one, ScalarType.Half, LENGTH, HIDDEN);
                states.to(ScalarType.Float);
            }
        }
    }

    /** So few passages that all of them are found. */
    private ArrayMemory memory(IntUnaryOperator length) {
        int[][] tokens = new int[K][];
        Arrays.setAll(tokens, i -> text(length.applyAsInt(i)));
        return ArrayMemory.builder("random", Vectors.rounded(floats(K * KEY), KEY))
                .values(Vectors.rounded(floats(K * HIDDEN), HIDDEN))
                .tokens(tokens)
                .build();
    }

    private static FileChannel filled(Path file) throws IOException {
        FileChannel states = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        byte[] row = new byte[LENGTH * HIDDEN * Short.BYTES];
        for (int i = 0; i < PASSAGES; i++) {
            Arrays.fill(row, (byte) i);
            states.write(ByteBuffer.wrap(row));
        }
        return states;
    }

    private int[] text(int length) {
        return random.ints(length, 1000, 30000).toArray();
    }

    private float[] floats(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
