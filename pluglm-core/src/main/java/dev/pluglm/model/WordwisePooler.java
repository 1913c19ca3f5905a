package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.BitSet;

/**
 * The embedding block and an attentive pooler on top of it, without a matrix product for each token: what makes
 * encoding a memory fast.
 *
 * <p>A state x = LN(e), e = word + type + position, depends on nothing that stands around the token; and but for the
 * division by the standard deviation σ of e, LN is linear. So the pooler's W₁x + b₁ is We/σ + W₁b + b₁, where b is LN's
 * shift and W is W₁ times LN's scale, less the mean of each row (which takes the mean off e). And We is W·word +
 * W·(type + position): one product for each word and one for each position that there is. What follows is w₂·tanh x +
 * b₂, and tanh x = 1 - 2s(-2x) with the logistic function s, which libtorch computes in a third of the time.
 *
 * <p>Its tensors belong to the present scope and are made from the weights as they are now: make another one when
 * weights may have changed. Gives the numbers of {@link DocumentEncoder#forward} in evaluation mode but for rounding.
 */
final class WordwisePooler {
    private final Embeddings embeddings;
    private final Pooler.Attentive pooler;
    private final Tensor rows; // [vocabulary] int64: which row of the next is a word's
    private final Tensor projectedWords; // [words, hidden]: -2W·word
    private final Tensor positions; // [positions, hidden]: type + position
    private final Tensor projectedPositions; // [positions, hidden]: -2W·(type + position)
    private final Tensor shift; // [hidden]: -2(W₁b + b₁)
    private final Linear scores; // -2w₂ and b₂ + Σw₂

    /**
     * Prepares for passages.
     *
     * @param tokens theirs, all of the vocabulary
     * @param longest how many positions the longest of them takes, padding included
     */
    WordwisePooler(Embeddings embeddings, Pooler.Attentive pooler, int[][] tokens, int longest) {
        this.embeddings = embeddings;
        this.pooler = pooler;
        long[] words = distinct(tokens, embeddings.padding);
        long[] rowOf = new long[embeddings.vocabulary()];
        for (int row = 0; row < words.length; row++) {
            rowOf[(int) words[row]] = row;
        }
        rows = here(rowOf);
        Tensor inner = pooler.inner.weight;
        Tensor scaled = inner.mul(embeddings.norm.weight);
        Tensor means = scaled.mean(new long[] {1}, true, new ScalarTypeOptional());
        Scalar minusTwo = new Scalar(-2.0);
        Linear projection = new Linear(scaled.sub(means).mul_(minusTwo), torch.zeros_like(pooler.inner.bias));
        projectedWords = projection.rowByRow(embeddings.words, here(words));
        positions = embeddings.positions.narrow(0, 0, longest).add(embeddings.types.select(0, 0));
        projectedPositions = projection.rowByRow(positions);
        shift = torch.mv(inner, embeddings.norm.bias).add_(pooler.inner.bias).mul_(minusTwo);
        Tensor outer = pooler.outer.weight;
        scores = new Linear(outer.mul(minusTwo), pooler.outer.bias.add(outer.sum()));
    }

    private static long[] distinct(int[][] tokens, int padding) {
        BitSet present = new BitSet();
        present.set(padding);
        for (int[] passage : tokens) {
            for (int token : passage) {
                present.set(token);
            }
        }
        return present.stream().asLongStream().toArray();
    }

    private Tensor here(long[] numbers) {
        return Tensors.on(embeddings.words.device(), Tensors.of(numbers, numbers.length));
    }

    /**
     * Encodes a block of passages.
     *
     * @param ids {@code [passages, length]} int64
     * @param real {@code [passages, length]} fp32, 1 for real tokens
     * @return {@code [passages, hidden]}
     */
    Tensor forward(Tensor ids, Tensor real) {
        long length = ids.size(1);
        Tensor sums = torch.embedding(embeddings.words, ids).add_(positions.narrow(0, 0, length));
        T_TensorTensorTensor_T normalised = embeddings.norm.withStatistics(sums);
        Tensor inner = torch.embedding(projectedWords, rows.take(ids))
                .add_(projectedPositions.narrow(0, 0, length))
                .mul_(normalised.get2()) // 1/σ
                .add_(shift)
                .sigmoid_(); // [passages, length, hidden]
        return pooler.pool(normalised.get0(), scores.product(inner), real);
    }
}
