package dev.pluglm.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Many hidden states to one vector; padding never counts. */
sealed interface Pooler {

    /**
     * Pools each sequence.
     *
     * @param x {@code [batch, length, hidden]}
     * @param real {@code [batch, length]} fp32, 1 for real tokens
     * @return {@code [batch, hidden]}
     */
    Tensor forward(Tensor x, Tensor real);

    /** The pooler of that type; the reference nests its parameters one level deeper than needed. */
    static Pooler of(PoolerType type, Parameters.Group p, PlugLMConfig config) {
        return switch (type) {
            case ATTENTIVE -> new Attentive(p.at("pooler"), config);
            case AVERAGE -> new Average();
            case MAXIMUM -> new Maximum();
            case FIRST -> new First();
        };
    }

    /** A sum weighted by {@code exp(w₂·tanh(W₁x + b₁) + b₂)} (SPEC 1.2 step 1). */
    final class Attentive implements Pooler {
        final Linear inner;
        final Linear outer;
        private final boolean referenceCompatible;

        Attentive(Parameters.Group p, PlugLMConfig config) {
            inner = new Linear(p.at("att_fc1"), config.hiddenSize(), config.hiddenSize());
            outer = new Linear(p.at("att_fc2"), config.hiddenSize(), 1);
            referenceCompatible = config.referenceCompatible();
        }

        /** {@code [..., hidden] -> [..., 1]}: the larger, the more a token counts. */
        private Tensor scores(Tensor x) {
            return outer.forward(torch.tanh(inner.forward(x)));
        }

        /** Turns scores into weights that sum to 1 over the real tokens, {@code [batch, length]}. */
        Tensor weights(Tensor scores, Tensor real) {
            if (referenceCompatible) {
                Tensor raw = torch.exp(scores).mul(real);
                return raw.div(raw.sum(new long[] {1}, true, new ScalarTypeOptional())
                        .add(new Scalar(1e-8)));
            }
            return torch.softmax(scores.add(Mask.away(real)), 1).mul(real);
        }

        /** {@code [batch, length, hidden]} states and {@code [batch, length, 1]} scores to {@code [batch, hidden]}. */
        Tensor pool(Tensor x, Tensor scores, Tensor real) {
            return torch.bmm(weights(scores.squeeze(-1), real).unsqueeze(1), x).squeeze(1);
        }

        @Override
        public Tensor forward(Tensor x, Tensor real) {
            return pool(x, scores(x), real);
        }
    }

    /** The mean over real tokens. */
    final class Average implements Pooler {
        @Override
        public Tensor forward(Tensor x, Tensor real) {
            Tensor counts = real.sum(new long[] {1}, true, new ScalarTypeOptional());
            Tensor weights = real.div(counts.clamp_min(new Scalar(1.0)));
            return torch.bmm(weights.unsqueeze(1), x).squeeze(1);
        }
    }

    /** The largest number of each channel over real tokens. */
    final class Maximum implements Pooler {
        @Override
        public Tensor forward(Tensor x, Tensor real) {
            return x.add(Mask.away(real).unsqueeze(2)).amax(new long[] {1}, false);
        }
    }

    /** The first token, {@code [CLS]}. */
    final class First implements Pooler {
        @Override
        public Tensor forward(Tensor x, Tensor real) {
            return x.select(1, 0);
        }
    }
}
