package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a memory layer found for each sequence of a batch. {@code k} is the largest number of passages found for any of
 * them, and 0 for an empty memory.
 *
 * <p>Passages that several sequences found are there once; so what is computed of values is computed once for each
 * passage, and then {@link #spread} to the sequences that found it.
 *
 * @param hits rows and similarities
 * @param keys {@code [batch, k, query]}
 * @param passages the values of all passages that were found
 * @param places {@code [batch * k]} int64: which of the passages
 * @param found {@code [batch, k]} fp32, 1 where a passage was found
 */
record Knowledge(Memory.Hits hits, Tensor keys, PassageValues passages, Tensor places, Tensor found) {

    /** {@code [passages, slots, hidden]}. */
    Tensor values() {
        return passages.values();
    }

    /** The same passages with other values. */
    Knowledge with(Tensor values) {
        return new Knowledge(hits, keys, new PassageValues(values, passages.real()), places, found);
    }

    /** From passages to the sequences that found them, {@code [passages, slots, n] -> [batch, k * slots, n]}. */
    Tensor spread(Tensor x) {
        return torch.index_select(x, 0, places).view(batch(), k() * slots(), x.size(2));
    }

    /** Which of the values that each sequence found are real, {@code [batch, k * slots]}. */
    Tensor real() {
        Tensor spread = torch.index_select(passages.real(), 0, places).view(batch(), k(), slots());
        return spread.mul(found.unsqueeze(2)).view(batch(), k() * slots());
    }

    /** What a passage has, for each of its values, {@code [batch, k] -> [batch, k * slots]}. */
    Tensor forEachValue(Tensor x) {
        return x.unsqueeze(2).expand(batch(), k(), slots()).reshape(batch(), k() * slots());
    }

    /** From all values to those of each passage, {@code [.., .., .., k * slots] -> [.., .., .., k, slots]}. */
    Tensor byPassage(Tensor x) {
        return x.view(x.size(0), x.size(1), x.size(2), k(), slots());
    }

    private long batch() {
        return found.size(0);
    }

    private long k() {
        return found.size(1);
    }

    private long slots() {
        return passages.real().size(1);
    }
}
