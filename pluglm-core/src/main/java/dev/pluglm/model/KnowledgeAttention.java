package dev.pluglm.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How hidden states read the values of the passages found (SPEC 1.2 step 5). Where every token of a passage is a value,
 * the softmax goes over all tokens of all passages, and the similarity of a passage counts for each of its tokens.
 */
sealed interface KnowledgeAttention {

    /**
     * Reads.
     *
     * @param x {@code [batch, length, hidden]}
     * @param query {@code [batch, query]}
     * @param found the passages
     */
    Reading forward(Tensor x, Tensor query, Knowledge found, boolean training);

    /**
     * What was read.
     *
     * @param memory {@code [batch, length, hidden]}, or {@code [batch, 1, hidden]} for all tokens
     * @param weights {@code [batch, heads or 1, length or 1, k, slots]}: of each value of each passage found
     */
    record Reading(Tensor memory, Tensor weights) {}

    static KnowledgeAttention of(Parameters.Group p, PlugLMConfig config) {
        return switch (config.knowledgeAttentionType()) {
            case MULTI_HEAD -> new MultiHead(p, config);
            case SINGLE_HEAD -> new SingleHead(p, config);
            case SENTENCE_LEVEL -> new SentenceLevel();
        };
    }

    /** Cosine of query and keys, {@code [batch, k]}. */
    private static Tensor similarity(Tensor query, Knowledge found) {
        return torch.cosine_similarity(query.unsqueeze(1), found.keys(), 2, 1e-8);
    }

    /** Softmax over all values found; 0 everywhere where none was. {@code real} broadcasts to {@code scores}. */
    private static Tensor softmax(Tensor scores, Tensor real) {
        return torch.softmax(scores.add(Mask.away(real)), -1).mul(real);
    }

    /** {@code softmax(QKᵀ/√d + β·cos) V} for each head; keys of the attention are made from the values. */
    final class MultiHead implements KnowledgeAttention {
        private final Tensor beta; // [heads]
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear output;
        private final int heads;
        private final int headSize;
        private final Dropout dropout;
        private final boolean referenceCompatible;

        MultiHead(Parameters.Group p, PlugLMConfig config) {
            int hidden = config.hiddenSize();
            Parameters.Group projections = p.at("biased_multihead_attn");
            heads = config.numAttentionHeads();
            headSize = config.headSize();
            dropout = new Dropout(config.attentionProbsDropoutProb());
            referenceCompatible = config.referenceCompatible();
            beta = p.constant("beta", 1, heads);
            key = new Linear(projections.at("k_proj"), hidden, hidden);
            value = new Linear(projections.at("v_proj"), hidden, hidden);
            query = new Linear(projections.at("q_proj"), hidden, hidden);
            output = new Linear(projections.at("out_proj"), hidden, hidden);
        }

        @Override
        public Reading forward(Tensor x, Tensor queries, Knowledge found, boolean training) {
            Tensor values = value.inFormat(found.values());
            Tensor scores = heads(query.product(x))
                    .mul(new Scalar(1 / Math.sqrt(headSize)))
                    .matmul(heads(found.spread(key.product(values))).transpose(2, 3)); // [.., length, k * slots]
            Tensor bias = beta.view(1, heads, 1, 1).mul(everyHead(found.forEachValue(similarity(queries, found))));
            Tensor weights = softmax(scores.add(bias), everyHead(found.real()));
            Tensor context = value.inFormat(dropout.of(weights, training))
                    .matmul(heads(found.spread(value.product(values))));
            return new Reading(output.forward(merge(context, x)), found.byPassage(weights));
        }

        /** {@code [batch, n, hidden] -> [batch, heads, n, headSize]}. */
        private Tensor heads(Tensor x) {
            return x.view(x.size(0), x.size(1), heads, headSize).transpose(1, 2);
        }

        /** {@code [batch, n] -> [batch, 1, 1, n]}. */
        private static Tensor everyHead(Tensor x) {
            return x.unsqueeze(1).unsqueeze(1);
        }

        /** {@code [batch, heads, length, headSize] -> [batch, length, hidden]}. */
        private Tensor merge(Tensor context, Tensor x) {
            // The reference forgets to move the heads back, so that tokens receive each other's vectors (SPEC 1.2).
            Tensor ordered = referenceCompatible ? context.contiguous() : context.transpose(1, 2);
            return ordered.reshape(x.size(0), x.size(1), x.size(2));
        }
    }

    /** {@code softmax(x·key(v)ᵀ + β·cos) v}: what the reference means to compute and fails at. */
    final class SingleHead implements KnowledgeAttention {
        private final Tensor beta; // [1]
        private final Linear key;
        private final Dropout dropout;

        SingleHead(Parameters.Group p, PlugLMConfig config) {
            beta = p.constant("beta", 1, 1);
            key = new Linear(p.at("key_proj"), config.hiddenSize(), config.hiddenSize());
            dropout = new Dropout(config.attentionProbsDropoutProb());
        }

        @Override
        public Reading forward(Tensor x, Tensor queries, Knowledge found, boolean training) {
            Tensor keys = found.spread(key.forward(found.values()));
            Tensor scores = torch.bmm(x, keys.transpose(1, 2)); // [batch, length, k * slots]
            Tensor bias = beta.mul(found.forEachValue(similarity(queries, found))).unsqueeze(1);
            Tensor weights = softmax(scores.add(bias), found.real().unsqueeze(1));
            Tensor memory = torch.bmm(dropout.of(weights, training), found.spread(found.values()));
            return new Reading(memory, found.byPassage(weights.unsqueeze(1)));
        }
    }

    /** {@code softmax(cos) v}, the same for all tokens; no parameters. A passage has one value. */
    final class SentenceLevel implements KnowledgeAttention {
        @Override
        public Reading forward(Tensor x, Tensor queries, Knowledge found, boolean training) {
            Tensor weights = softmax(similarity(queries, found), found.real()).unsqueeze(1); // [batch, 1, k]
            return new Reading(torch.bmm(weights, found.spread(found.values())), found.byPassage(weights.unsqueeze(1)));
        }
    }
}
