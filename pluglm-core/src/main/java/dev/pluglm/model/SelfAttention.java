package dev.pluglm.model;

import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The attention block of BERT: multi-head self-attention, projected, added to its input and normalised. */
final class SelfAttention {
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;
    private final LayerNorm norm;
    private final int heads;
    private final int headSize;
    private final Dropout attentionDropout;
    private final Dropout hiddenDropout;

    SelfAttention(Parameters.Group p, PlugLMConfig config) {
        int hidden = config.hiddenSize();
        query = new Linear(p.at("self").at("query"), hidden, hidden);
        key = new Linear(p.at("self").at("key"), hidden, hidden);
        value = new Linear(p.at("self").at("value"), hidden, hidden);
        output = new Linear(p.at("output").at("dense"), hidden, hidden);
        norm = new LayerNorm(p.at("output").at("LayerNorm"), hidden, config.layerNormEps());
        heads = config.numAttentionHeads();
        headSize = config.headSize();
        attentionDropout = new Dropout(config.attentionProbsDropoutProb());
        hiddenDropout = new Dropout(config.hiddenDropoutProb());
    }

    /**
     * Attends from every token to every real token.
     *
     * @param x {@code [batch, length, hidden]}
     * @param mask which tokens are real
     * @return {@code [batch, length, hidden]}
     */
    Tensor forward(Tensor x, Mask mask, boolean training) {
        return Scope.returning(() -> {
            Tensor in = query.inFormat(x);
            Tensor scores = scores(heads(query.product(in)), heads(key.product(in)));
            mask.additive().ifPresent(away -> scores.add_(away.to(scores.scalar_type())));
            Tensor weights = torch.softmax(scores, -1);
            Tensor context = attentionDropout.of(weights, training).matmul(heads(value.product(in)));
            Tensor merged = context.transpose(1, 2).reshape(x.size(0), x.size(1), (long) heads * headSize);
            return norm.forward(hiddenDropout.plus(output.forward(merged), x, training));
        });
    }

    /** {@code QKᵀ/√d}, {@code [batch, heads, length, length]}. */
    private Tensor scores(Tensor queries, Tensor keys) {
        return queries.mul(new Scalar(1 / Math.sqrt(headSize))).matmul(keys.transpose(2, 3));
    }

    /** {@code [batch, length, hidden] -> [batch, heads, length, headSize]}. */
    private Tensor heads(Tensor x) {
        return x.view(x.size(0), x.size(1), heads, headSize).transpose(1, 2);
    }
}
