package dev.pluglm.checkpoint;

import dev.pluglm.model.PlugLMConfig;
import dev.pluglm.problem.Problem;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

import java.nio.file.Path;
import java.util.Map;

/**
 * The average of two models' weights. Where one was trained on from the other, or both from the same start, it often does
 * better than either (Wortsman et al. 2022, "Model soups"): it forgets less of the one and keeps what the other learned.
 */
public final class ModelAverage {

    private ModelAverage() {}

    /**
     * Writes {@code (1 - share) · one + share · other}. Weights that are the same in both stay so to the last bit, and so
     * does the fingerprint of a memory encoder.
     *
     * @param share of the other model, 0 to 1
     * @param target must not exist, or be empty
     * @throws Problem if a model cannot be read, the two have not the same configuration and vocabulary, or the target
     *     cannot be written
     */
    public static void write(Path one, Path other, double share, Path target) {
        if (!(share >= 0 && share <= 1)) {
            throw Problem.of("the share of %s is %s; expected 0 to 1", other, share);
        }
        try (Checkpoint average = Checkpoint.read(one); Checkpoint added = Checkpoint.read(other)) {
            requireAlike(one, average, other, added);
            Map<String, Tensor> weights = added.model().tensors();
            try (NoGradGuard _ = new NoGradGuard(); Scalar much = new Scalar(share)) {
                average.model().tensors().forEach((name, weight) -> weight.lerp_(weights.get(name), much));
            }
            average.write(target);
        }
    }

    private static void requireAlike(Path one, Checkpoint first, Path other, Checkpoint second) {
        if (!shape(first).equals(shape(second))
                || !first.model().tensors().keySet().equals(second.model().tensors().keySet())) {
            throw Problem.of("%s and %s have not the same configuration, so their weights cannot be averaged;"
                    + " pluglm model info shows each", one, other);
        }
        if (!first.vocabulary().equals(second.vocabulary())) {
            throw Problem.of("%s and %s have other vocabularies, so their weights cannot be averaged", one, other);
        }
    }

    private static PlugLMConfig shape(Checkpoint model) {
        return model.model().config().with(c -> c.memoryEncoderFingerprint = "");
    }
}
