package dev.pluglm.pretraining;

/**
 * A sequence with tokens that a model has to guess.
 *
 * @param ids token ids after masking, nothing padded [length]
 * @param types 0, and 1 for the second text and its {@code [SEP]} [length]
 * @param positions what has to be guessed, ascending [masked]
 * @param labels the ids that stood there before [masked]
 * @param originalIds token ids before masking, by which a passage is kept from being retrieved for its own text
 *     [length]
 */
public record MaskedSample(int[] ids, int[] types, int[] positions, int[] labels, int[] originalIds) {

    public MaskedSample {
        if (types.length != ids.length || originalIds.length != ids.length || labels.length != positions.length) {
            throw new IllegalArgumentException("%d ids, %d types, %d original ids; %d positions, %d labels".formatted(
                    ids.length, types.length, originalIds.length, positions.length, labels.length));
        }
    }

    /** The same with other tokens to guess. */
    MaskedSample withLabels(int... others) {
        return new MaskedSample(ids, types, positions, others, originalIds);
    }

    /** How many tokens there are. */
    public int length() {
        return ids.length;
    }
}
