package dev.pluglm;

import java.util.List;

/**
 * A sentence with its masks filled, and what was looked up for it.
 *
 * @param masks for each mask, in the order of the text, its best tokens, best first
 * @param evidence the passages found, by layer from the bottom, best first
 */
public record Filled(List<List<Prediction>> masks, List<Evidence> evidence) {

    public Filled {
        masks = List.copyOf(masks);
        evidence = List.copyOf(evidence);
    }

    /** The best tokens of the first mask. */
    public List<Prediction> predictions() {
        return masks.getFirst();
    }
}
