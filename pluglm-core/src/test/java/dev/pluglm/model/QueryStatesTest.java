package dev.pluglm.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.memory.ArrayMemory;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.ArrayList;

/** Which hidden states a text asks with. */
class QueryStatesTest extends TokenValuesFixture {

    /** What a pass showed: the states of each layer, those asked with, and the similarities of what was found. */
    private static final class Seen implements Trace {
        final List<float[]> hidden = new ArrayList<>();
        float[] asking;
        float[] reading;
        float[] similarities;

        @Override
        public void hidden(int layer, Tensor states) {
            hidden.add(Tensors.floats(states));
        }

        @Override
        public void asking(int layer, Tensor states, Tensor pooled) {
            asking = Tensors.floats(states);
        }

        @Override
        public void reading(int layer, Tensor states) {
            reading = Tensors.floats(states);
        }

        @Override
        public void lookup(int layer, Memory.Hits hits, Tensor weights) {
            similarities = new float[hits.counts()[0]];
            for (int i = 0; i < similarities.length; i++) {
                similarities[i] = hits.similarity(0, i);
            }
        }
    }

    private static PlugLMConfig config(String encoder, QueryStates states) {
        return config(c -> {
            c.documentEncoderType = DocumentEncoderType.of(encoder);
            c.queryStates = states;
        });
    }

    private static Seen look(PlugLMModel model, Memory memory, int[] text) {
        Seen seen = new Seen();
        Scope.withoutGradients(() -> {
            try (Memory.View view = memory.view()) {
                return model.states(Input.of(new int[][] {text}, 0), Pass.prediction(view).watchedBy(seen));
            }
        });
        return seen;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theyAreThoseOfTheLayerAtWhichTheDocumentEncoderEnds(int layers) {
        try (PlugLMModel model = PlugLMModel.random(config("first_" + layers, QueryStates.DOCUMENT_ENCODER), SEED);
                ArrayMemory memory = memory(3, 9, 4, 30)) {
            Seen seen = look(model, memory, text(7));
            assertArrayEquals(seen.hidden.get(layers - 1), seen.asking, () -> "seed " + SEED);
            assertFalse(Arrays.equals(seen.reading, seen.asking));
        }
    }

    @ParameterizedTest
    @EnumSource(QueryStates.class)
    void whatIsAboveThatLayerCountsOnlyWhereTheMemoryLayerItselfAsks(QueryStates states) {
        try (PlugLMModel model = PlugLMModel.random(config("first_1", states), SEED);
                ArrayMemory memory = memory(3, 9, 4, 30)) {
            int[] text = text(7);
            Seen before = look(model, memory, text);
            change(model, "bert.encoder.layer.1.output.dense.weight", it -> it.mul_(new Scalar(-1.0)));
            Seen after = look(model, memory, text);
            boolean same = Arrays.equals(before.similarities, after.similarities);
            assertTrue(same == (states == QueryStates.DOCUMENT_ENCODER), () -> "seed " + SEED);
            assertFalse(Arrays.equals(before.reading, after.reading));
        }
    }

    @ParameterizedTest
    @EnumSource(QueryStates.class)
    void aTextAsksTheSameWhateverItIsPaddedWith(QueryStates states) {
        try (PlugLMModel model = PlugLMModel.random(config("first_1", states), SEED);
                ArrayMemory memory = memory(3, 9, 4, 30)) {
            int[] text = text(7);
            float[] alone = states(model, memory, text);
            float[] beside = states(model, memory, text, text(20));
            assertArrayEquals(alone, Arrays.copyOf(beside, alone.length), 2e-5f, () -> "seed " + SEED);
        }
    }

    @ParameterizedTest
    @EnumSource(QueryStates.class)
    void fixedOnesAreTheSameButNothingIsTrainedForThem(QueryStates states) {
        try (PlugLMModel model = PlugLMModel.random(config("first_1", states), SEED);
                ArrayMemory memory = memory(3, 9, 4, 30); Memory.View view = memory.view(); Scope _ = Scope.open()) {
            Input input = Input.of(new int[][] {text(7)}, 0);
            Pass pass = Pass.of(model.config(), true, view).withStoredKeys();
            Tensor trained = model.states(input, pass);
            Tensor fixed = model.states(input, pass.withQueries(true));
            assertArrayEquals(Tensors.floats(trained), Tensors.floats(fixed), () -> "seed " + SEED);
            Tensor query = model.parameters().all().get(LAYER + "memory_layer.query_proj.weight");
            fixed.square().mul(fixed).sum().backward();
            assertFalse(query.grad().defined());
            assertTrue(model.parameters().all().get(ATTENTION + "biased_multihead_attn.k_proj.weight").grad().defined());
            trained.square().mul(trained).sum().backward();
            assertTrue(query.grad().norm().item_float() > 0, () -> "seed " + SEED);
        }
    }
}
