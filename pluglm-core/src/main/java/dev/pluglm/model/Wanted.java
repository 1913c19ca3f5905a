package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;

/** Of which tokens states are wanted: heads that read only the first spare the last layer the work on the others. */
enum Wanted {
    ALL,
    FIRST;

    /** {@code [batch, length, hidden] -> [batch, wanted, hidden]}. */
    Tensor of(Tensor states) {
        return this == ALL ? states : states.narrow(1, 0, 1);
    }
}
