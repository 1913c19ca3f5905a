package dev.pluglm.model;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.memory.Vectors;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Small models that read passages token by token, and memories for them. */
abstract class TokenValuesFixture {
    static final long SEED = Long.getLong("pluglm.seed", 20261124);
    static final int KEY = 16;
    static final int HIDDEN = 32;
    static final String LAYER = "bert.encoder.layer.2.";
    static final String ATTENTION = LAYER + "memory_layer.know_attn.";
    static final String RETRIEVER = "bert.encoder.retriever.";

    final Random random = new Random(SEED);

    static PlugLMConfig config(Consumer<PlugLMConfig.Draft> changes) {
        return PlugLMConfig.of(c -> {
            c.vocabSize = 120;
            c.hiddenSize = HIDDEN;
            c.numHiddenLayers = 3;
            c.numAttentionHeads = 4;
            c.intermediateSize = 48;
            c.maxPositionEmbeddings = 40;
            c.numMemoryLayers = 1;
            c.memoryLayerFfnDim = 24;
            c.memoryK = 3;
            c.querySize = KEY;
            c.initializerRange = 0.3;
            c.documentEncoderType = DocumentEncoderType.of("first_1");
            c.valueType = ValueType.TOKENS;
            c.hiddenDropoutProb = 0;
            c.attentionProbsDropoutProb = 0;
            changes.accept(c);
        });
    }

    int[] text(int length) {
        return random.ints(length, 1, 120).toArray();
    }

    int[][] texts(int... lengths) {
        return Arrays.stream(lengths).mapToObj(this::text).toArray(int[][]::new);
    }

    float[] floats(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    static ArrayMemory memory(float[] keys, int[][] tokens) {
        return ArrayMemory.builder("test", Vectors.fp32(keys, KEY)).tokens(tokens).build();
    }

    ArrayMemory memory(int... lengths) {
        return memory(floats(lengths.length * KEY), texts(lengths));
    }

    static float[] states(PlugLMModel model, Memory memory, int[]... texts) {
        return states(model, memory, true, texts);
    }

    static float[] states(PlugLMModel model, Memory memory, boolean stored, int[]... texts) {
        return Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                Pass pass = new Pass(false, view, stored, stored, false, Trace.NONE, Peers.NONE);
                return Tensors.floats(model.states(Input.of(texts, 0), pass));
            }
        });
    }

    static void change(PlugLMModel model, String weight, Consumer<Tensor> change) {
        Scope.withoutGradients(() -> {
            change.accept(model.parameters().all().get(weight));
            return weight;
        });
    }
}
