package dev.pluglm.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

import java.util.Optional;

/**
 * How hidden states read the values of the passages found (SPEC 1.2 step 5). Where every token of a passage is a value,
 * the softmax goes over all tokens of all passages, and the similarity of a passage counts for each of its tokens.
 *
 * <p>A model may have a null passage (REALM, Guu et al. 2020), which is always found and says nothing. It takes all of the
 * attention where no passage is near, and where one is, that of tokens that passages do not help with. What it takes is
 * in no weight, and adds nothing.
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
     * @param weights {@code [batch, heads or 1, length or 1, k, slots]}: of each value of each passage found; what they
     *     lack to 1 the null passage has
     */
    record Reading(Tensor memory, Tensor weights) {}

    static KnowledgeAttention of(Parameters.Group p, PlugLMConfig config) {
        return switch (config.knowledgeAttentionType()) {
            case MULTI_HEAD -> new MultiHead(p, config);
            case SINGLE_HEAD -> new SingleHead(p, config);
            case SENTENCE_LEVEL -> new SentenceLevel(p, config);
        };
    }

    /** Cosine of query and keys, {@code [batch, k]}. */
    private static Tensor similarity(Tensor query, Knowledge found) {
        return torch.cosine_similarity(query.unsqueeze(1), found.keys(), 2, 1e-8);
    }

    /** How near the null passage is to every query, for each head; empty if a model has none. */
    private static Optional<Tensor> nullSimilarity(Parameters.Group p, PlugLMConfig config, int heads) {
        return config.nullPassage() ? Optional.of(p.constant("null_similarity", 0, heads)) : Optional.empty();
    }

    /**
     * The null passage, where it tells tokens apart: {@code log(exp(β·θ) + Σ_p exp(β·cos_p)) + n·x}. It is as near as all
     * passages found together, so that where some are near it is the token that decides, and never farther than θ.
     *
     * @param similarity θ, {@code [heads]}
     * @param key n, what tells tokens that passages do not help with: of one head after the other,
     *     {@code [heads * hidden]}
     */
    record NullPassage(Tensor similarity, Tensor key) {

        /** Empty if a model has none. */
        static Optional<NullPassage> of(Parameters.Group p, PlugLMConfig config, int heads) {
            return nullSimilarity(p, config, heads)
                    .map(near -> new NullPassage(near, p.constant("null_key", 0, heads * config.hiddenSize())));
        }

        /**
         * Its score.
         *
         * @param x {@code [batch, length, hidden]}
         * @param beta {@code [heads]}
         * @param cosines of queries and keys, {@code [batch, k]}
         * @return {@code [batch, heads, length, 1]}
         */
        Tensor score(Tensor x, Tensor beta, Tensor cosines, Knowledge found) {
            Tensor together = beta.unsqueeze(1).mul(cosines.unsqueeze(1)).add(Mask.away(found.found()).unsqueeze(1))
                    .logsumexp(2); // [batch, heads]
            Tensor nearness = torch.logaddexp(beta.mul(similarity), together);
            Tensor tokens = torch.linear(x.to(key.scalar_type()), key.view(beta.numel(), x.size(2))).transpose(1, 2);
            return tokens.add(nearness.unsqueeze(2)).unsqueeze(3);
        }
    }

    /**
     * Softmax over all values found and the null passage; 0 everywhere where none was found.
     *
     * @param scores {@code [.., .., n]}
     * @param real 1 for the values found; broadcasts to {@code scores}
     * @param nothing the score of the null passage, {@code [.., .., 1]}
     */
    private static Tensor softmax(Tensor scores, Tensor real, Optional<Tensor> nothing) {
        Tensor found = scores.add(Mask.away(real));
        if (nothing.isEmpty()) {
            return torch.softmax(found, -1).mul(real);
        }
        Tensor all = torch.cat(new TensorVector(found, nothing.get()), -1);
        return torch.softmax(all, -1).narrow(-1, 0, scores.size(-1)).mul(real);
    }

    /** {@code softmax(QKᵀ/√d + β·cos) V} for each head; keys of the attention are made from the values. */
    final class MultiHead implements KnowledgeAttention {
        private final Tensor beta; // [heads]
        private final Optional<NullPassage> nullPassage;
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
            nullPassage = NullPassage.of(p, config, heads);
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
            Tensor cosines = similarity(queries, found);
            Tensor bias = beta.view(1, heads, 1, 1).mul(everyHead(found.forEachValue(cosines)));
            Tensor weights = softmax(scores.add(bias), everyHead(found.real()),
                    nullPassage.map(it -> it.score(x, beta, cosines, found)));
            Tensor context = value.inFormat(dropout.of(weights, training))
                    .matmul(heads(found.spread(value.product(values))));
            Tensor memory = output.forward(merge(context, x));
            return new Reading(withoutBias(memory, weights), found.byPassage(weights));
        }

        /** The null passage has no part in the bias of the output either. */
        private Tensor withoutBias(Tensor memory, Tensor weights) {
            if (nullPassage.isEmpty()) {
                return memory;
            }
            Tensor read = weights.sum(-1).mean(1).unsqueeze(2); // [batch, length, 1]
            return memory.add(output.bias().mul(read.sub(new Scalar(1))));
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
        private final Optional<NullPassage> nullPassage;
        private final Linear key;
        private final Dropout dropout;

        SingleHead(Parameters.Group p, PlugLMConfig config) {
            beta = p.constant("beta", 1, 1);
            nullPassage = NullPassage.of(p, config, 1);
            key = new Linear(p.at("key_proj"), config.hiddenSize(), config.hiddenSize());
            dropout = new Dropout(config.attentionProbsDropoutProb());
        }

        @Override
        public Reading forward(Tensor x, Tensor queries, Knowledge found, boolean training) {
            Tensor keys = found.spread(key.forward(found.values()));
            Tensor scores = torch.bmm(x, keys.transpose(1, 2)); // [batch, length, k * slots]
            Tensor cosines = similarity(queries, found);
            Tensor bias = beta.mul(found.forEachValue(cosines)).unsqueeze(1);
            Tensor weights = softmax(scores.add(bias), found.real().unsqueeze(1),
                    nullPassage.map(it -> it.score(x, beta, cosines, found).squeeze(1)));
            Tensor memory = torch.bmm(dropout.of(weights, training), found.spread(found.values()));
            return new Reading(memory, found.byPassage(weights.unsqueeze(1)));
        }
    }

    /** {@code softmax(cos) v}, the same for all tokens. A passage has one value. */
    final class SentenceLevel implements KnowledgeAttention {
        private final Optional<Tensor> nullSimilarity; // [1]: it does not tell tokens apart

        SentenceLevel(Parameters.Group p, PlugLMConfig config) {
            nullSimilarity = nullSimilarity(p, config, 1);
        }

        @Override
        public Reading forward(Tensor x, Tensor queries, Knowledge found, boolean training) {
            Tensor weights = softmax(similarity(queries, found), found.real(),
                    nullSimilarity.map(it -> it.expand(queries.size(0), 1))).unsqueeze(1); // [batch, 1, k]
            return new Reading(torch.bmm(weights, found.spread(found.values())), found.byPassage(weights.unsqueeze(1)));
        }
    }
}
