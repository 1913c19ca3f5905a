package dev.pluglm.model;

import dev.pluglm.tensor.Tensors;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * What a memory layer can read of some passages, padded to the one with the most values.
 *
 * @param values {@code [passages, slots, hidden]}: one slot where a passage is pooled, or one for each of its tokens
 * @param real {@code [passages, slots]} fp32, 1 for values and 0 for padding
 */
record PassageValues(Tensor values, Tensor real) {

    /** One value for each passage, {@code [passages, hidden]}. */
    static PassageValues pooled(Tensor values) {
        return new PassageValues(values.unsqueeze(1), values.new_ones(values.size(0), 1));
    }

    PassageValues on(Device device) {
        return new PassageValues(Tensors.on(device, values), Tensors.on(device, real));
    }
}
