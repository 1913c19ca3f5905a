package dev.pluglm.model;

import org.bytedeco.pytorch.Tensor;

/** The processes that train one model together, each on its share of every batch. */
public interface Peers {

    /** One process alone. */
    Peers NONE = new Peers() {
        @Override
        public int count() {
            return 1;
        }

        @Override
        public Tensor sum(Tensor mine) {
            return mine;
        }
    };

    /** How many processes there are, this one included. */
    int count();

    /**
     * The sum of a tensor over all processes, which all must ask for it. Gradients flow through it, to each process's
     * own share.
     *
     * @param mine of the same shape in every process
     */
    Tensor sum(Tensor mine);
}
