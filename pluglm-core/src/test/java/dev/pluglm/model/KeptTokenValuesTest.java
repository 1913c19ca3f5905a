package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** What is kept of the values of passages' tokens between predictions. */
class KeptTokenValuesTest extends TokenValuesFixture {
    @Test
    void whatIsReadIsTheSameToTheLastBitWhateverWasReadBefore() {
        PlugLMConfig config = config(_ -> {});
        int[][] passages = texts(3, 5, 4, 38, 9, 1, 30, 6, 17, 2);
        float[] keys = floats(passages.length * KEY);
        int[][] questions = texts(5, 6, 7, 8, 9, 5, 6, 7, 8, 9);
        try (PlugLMModel busy = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(keys, passages)) {
            float[][] first = Arrays.stream(questions).map(q -> states(busy, memory, q)).toArray(float[][]::new);
            for (int i = questions.length - 1; i >= 0; i--) {
                assertArrayEquals(first[i], states(busy, memory, questions[i]));
                try (PlugLMModel fresh = PlugLMModel.random(config, SEED)) {
                    assertArrayEquals(first[i], states(fresh, memory, questions[i]));
                }
            }
        }
    }

    @Test
    void noMoreIsKeptThanThereIsRoomForAndTheLatestIsKeptLongest() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED); Scope _ = Scope.open()) {
            Retriever encoder = model.memoryEncoder().orElseThrow().retriever();
            long version = encoder.version().orElseThrow();
            TokenValues little = new TokenValues(model.config(), 10 * HIDDEN);
            TokenValues much = new TokenValues(model.config(), 1000 * HIDDEN);
            int[][] passages = texts(4, 3, 12, 1, 5, 4, 2, 7);
            for (int i = 0; i < 100; i++) {
                int[][] some = {passages[random.nextInt(8)], passages[random.nextInt(8)]};
                PassageValues expected = much.of(some, encoder, version);
                assertArrayEquals(Tensors.floats(expected.values()),
                        Tensors.floats(little.of(some, encoder, version).values()));
                assertTrue(little.kept() <= 10 * HIDDEN);
            }
            assertEquals(38 * HIDDEN, much.kept());
            little.of(new int[][] {passages[0], passages[1]}, encoder, version);
            little.of(new int[][] {passages[0]}, encoder, version);
            little.of(new int[][] {passages[4]}, encoder, version);
            assertEquals(9 * HIDDEN, little.kept());
        }
    }

    @Test
    void whatWasKeptIsForgottenWhenAWeightChanges() {
        PlugLMConfig config = config(_ -> {});
        try (PlugLMModel model = PlugLMModel.random(config, SEED); ArrayMemory memory = memory(4, 9, 2, 13, 7)) {
            int[] text = text(8);
            String[] weights = {RETRIEVER + "value_proj.bias", "bert.encoder.layer.0.output.dense.bias"};
            List<Consumer<String>> changes = List.of(
                    name -> change(model, name, w -> w.add_(new Scalar(0.1))),
                    name -> change(model, name, w -> w.copy_(w.mul(new Scalar(1.5)))),
                    name -> fusedStep(model.parameters().trainable().get(name)));
            for (Consumer<String> change : changes) {
                for (String weight : weights) {
                    float[] before = states(model, memory, text);
                    change.accept(weight);
                    float[] after = states(model, memory, text);
                    assertFalse(Arrays.equals(before, after), weight);
                    Map<String, Tensor> now = model.tensors();
                    try (PlugLMModel same = PlugLMModel.of(config, name -> Optional.ofNullable(now.get(name)),
                            model.device(), Precision.FP32, 0)) {
                        assertArrayEquals(states(same, memory, text), after, 2e-5f);
                    }
                }
            }
        }
    }

    /** How optimisers change weights: all at once, by a native operator that does not count as a change in libtorch. */
    private static void fusedStep(Tensor weight) {
        try (Scope _ = Scope.open()) {
            fused(weight);
        }
    }

    private static void fused(Tensor weight) {
        IValue none = list();
        IValue no = new IValue(false);
        Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "").callBoxed(new IValueVector(
                list(weight), list(torch.ones_like(weight)), list(torch.zeros_like(weight)),
                list(torch.zeros_like(weight)), none, list(weight.new_full(new long[0], new Scalar(1.0))),
                new IValue(0.1), new IValue(0.9), new IValue(0.999), new IValue(0.0), new IValue(1e-8), no, no,
                new IValue(), new IValue()));
    }

    private static IValue list(Tensor... tensors) {
        GenericList list = new GenericList(new TensorList().elementType());
        Arrays.stream(tensors).forEach(tensor -> list.push_back(new IValue(tensor)));
        return new IValue(list);
    }

    @Test
    void nativeMemoryStaysFlatOverPredictions() {
        try (PlugLMModel model = PlugLMModel.random(config(_ -> {}), SEED);
                ArrayMemory memory = memory(IntStream.range(0, 30).map(i -> 1 + i).toArray())) {
            int[][] questions = texts(IntStream.range(0, 300).map(i -> 3 + i % 20).toArray());
            for (int i = 0; i < 50; i++) {
                states(model, memory, questions[i]);
            }
            System.gc();
            long pointers = Pointer.totalCount();
            Arrays.stream(questions).forEach(question -> states(model, memory, question));
            long after = Pointer.totalCount();
            assertTrue(after <= pointers, () -> pointers + " native objects before, " + after + " after");
        }
    }

}
