package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;

/** One layer of the encoder. */
sealed interface Layer permits BertLayer, MemoryLayer {

    /**
     * Computes the next hidden states.
     *
     * @param x {@code [batch, length, hidden]}
     * @param mask which tokens are real
     * @param pass what this pass through the model is for
     * @param wanted of which tokens the next states are wanted
     * @return {@code [batch, wanted, hidden]}
     */
    Tensor forward(Tensor x, Mask mask, Pass pass, Wanted wanted);
}
