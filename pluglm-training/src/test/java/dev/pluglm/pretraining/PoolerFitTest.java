package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pluglm.model.Peers;
import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Poolers that weigh tokens by how rare they are. */
class PoolerFitTest {
    private static final int HIDDEN = 16;
    private static final int MASK = 9;
    private static final float LEAST = (float) Math.log(0.1);

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    /** A pooler's weights; those of its inner layer are 5 at first. */
    private static final class Pooler implements MemoryFit.Weights {
        final Map<String, Tensor> weights = new HashMap<>(Map.of(
                "p.att_fc1.weight", Tensors.full(5, HIDDEN, HIDDEN), "p.att_fc1.bias", Tensors.full(5, HIDDEN)));

        @Override
        public Tensor get(String name) {
            return weights.get(name);
        }

        @Override
        public void set(String name, Tensor numbers) {
            weights.put(name, numbers);
        }

        /** Of states {@code [tokens, hidden]}, as an attentive pooler computes them. */
        float[] scores(Tensor states) {
            Tensor inner = states.matmul(get("p.att_fc1.weight").t()).add(get("p.att_fc1.bias")).tanh();
            return Tensors.floats(inner.matmul(get("p.att_fc2.weight").t()).add(get("p.att_fc2.bias")));
        }
    }

    /** A state for each token that tells no more than which token it is. */
    private static Tensor state(int... tokens) {
        return torch.index_select(torch.eye(HIDDEN), 0, Tensors.of(Arrays.stream(tokens).asLongStream().toArray(),
                tokens.length));
    }

    @Test
    void theScoreOfATokenIsTheLogarithmOfItsInverseDocumentFrequency() {
        PlugLMConfig shape = PlugLMConfig.of(c -> {
            c.hiddenSize = HIDDEN;
            c.numAttentionHeads = 2;
            c.vocabSize = HIDDEN;
        });
        // Token 1 is in all 40 passages, twice in some; 2 in half of them; 3 in four; 4 in one.
        int[][] passages = new int[40][];
        for (int i = 0; i < passages.length; i++) {
            passages[i] = i == 0 ? new int[] {1, 2, 3, 4} : i < 4 ? new int[] {1, 2, 3} : i < 20 ? new int[] {1, 2, 1}
                    : new int[] {1, 1};
        }
        PoolerFit fit = PoolerFit.of(shape, passages, MASK);
        for (int i = 0; i < 50; i++) {
            fit.add(state(1, 2, 3, 4, MASK).unsqueeze(0), new int[][] {{1, 2, 3, 4, MASK}});
        }
        Pooler pooler = new Pooler();
        fit.write(pooler, "p.", Peers.NONE);
        float[] scores = pooler.scores(state(1, 2, 3, 4, MASK));
        float[] wanted = {LEAST, log(40 / 21.0), log(40 / 5.0), log(40 / 2.0), LEAST};
        for (int i = 0; i < wanted.length; i++) {
            // Only differences count in a softmax.
            assertEquals(wanted[i] - wanted[0], scores[i] - scores[0], 0.1, Arrays.toString(scores));
        }
        float[] others = Tensors.floats(pooler.get("p.att_fc1.weight").narrow(0, 1, HIDDEN - 1));
        float[] fives = new float[others.length];
        Arrays.fill(fives, 5);
        assertArrayEquals(fives, others, "the other inner units stay as they were");
    }

    private static float log(double ratio) {
        return (float) Math.log(Math.log(ratio));
    }
}
