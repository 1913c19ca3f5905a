package dev.pluglm.benchmarks;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.model.DocumentEncoderType;
import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.MemoryEncoder;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.ValueType;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Measures what it costs to read passages token by token, at the size of BERT-base with weights that are drawn: a
 * prediction without a memory, with pooled values, and with the values of tokens made anew; and what it would cost to
 * read token states that a file holds in fp16.
 *
 * <p>Arguments: threads, seed (optional). Prints medians of rounds in which all of them take turns.
 */
public final class TokenValuesBenchmark {
    private static final int ROUNDS = 30;
    private static final int K = 5;
    private static final int LENGTH = 64;
    private static final int QUESTION = 12;
    private static final int PASSAGES = 2000;
    private static final int HIDDEN = 768;

    private final Random random;
    private final Map<String, double[]> milliseconds = new LinkedHashMap<>();

    private TokenValuesBenchmark(long seed) {
        random = new Random(seed);
    }

    public static void main(String[] arguments) throws IOException {
        Torch.threads(Integer.parseInt(arguments[0]));
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 20230521;
        System.out.printf("%d threads, questions of %d tokens, %d of %d passages of %d tokens, seed %d%n",
                Torch.threads(), QUESTION, K, PASSAGES, LENGTH, seed);
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
                ArrayMemory memory = memory(pooled.config());
                FileChannel states = filled(file);
                Arena arena = Arena.ofShared()) {
            MemorySegment mapped = states.map(FileChannel.MapMode.READ_ONLY, 0, states.size(), arena);
            for (int round = 0; round < ROUNDS; round++) {
                int[][] question = {text(QUESTION)};
                time("no memory", round, () -> predict(pooled, Memory.empty(), question));
                time("pooled values, stored", round, () -> predict(pooled, memory, question));
                time("tokens of word_embedding, made anew", round, () -> predict(words, memory, question));
                time("tokens of first_4, made anew", round, () -> predict(context, memory, question));
                time("tokens of first_4, the same question again", round, () -> predict(context, memory, question));
                MemoryEncoder encoder = context.memoryEncoder().orElseThrow();
                int[][] passages = {text(LENGTH), text(LENGTH), text(LENGTH), text(LENGTH), text(LENGTH)};
                time("  first_4 alone, five at once", round, () -> encoder.encode(passages));
                time("  first_4 alone, one by one", round, () ->
                        Arrays.stream(passages).forEach(passage -> encoder.encode(new int[][] {passage})));
                time("  reading five from a mapped file of fp16", round, () -> read(mapped));
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
        long start = System.nanoTime();
        work.run();
        milliseconds.computeIfAbsent(name, _ -> new double[ROUNDS])[round] = (System.nanoTime() - start) / 1e6;
    }

    private static void predict(PlugLMModel model, Memory memory, int[][] question) {
        Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Pass pass = Pass.prediction(view);
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

    private ArrayMemory memory(PlugLMConfig config) {
        int[][] tokens = new int[PASSAGES][];
        Arrays.setAll(tokens, _ -> text(LENGTH));
        return ArrayMemory.builder("random", Vectors.rounded(floats(PASSAGES * config.querySize()), config.querySize()))
                .values(Vectors.rounded(floats(PASSAGES * HIDDEN), HIDDEN))
                .tokens(tokens)
                .build();
    }

    private static FileChannel filled(Path file) throws IOException {
        FileChannel states = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        byte[] row = new byte[LENGTH * HIDDEN * Short.BYTES];
        for (int i = 0; i < PASSAGES; i++) {
            Arrays.fill(row, (byte) i);
            states.write(java.nio.ByteBuffer.wrap(row));
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
