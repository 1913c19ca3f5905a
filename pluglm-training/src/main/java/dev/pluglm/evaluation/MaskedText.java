package dev.pluglm.evaluation;

import dev.pluglm.text.Vocabulary;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A text with some of its tokens masked as BERT is trained (Devlin et al. 2019, section 3.1): of those to be
 * predicted, 80% become {@code [MASK]}, 10% any token and 10% stay.
 *
 * @param prompt the masked text
 * @param labels the tokens that stood at the masked positions
 */
record MaskedText(Prompt prompt, int[] labels) {

    /**
     * Masks a text: {@code max(1, round(ratio * tokens))} of its tokens, special ones never.
     *
     * @param tokens with {@code [CLS]} and {@code [SEP]}
     * @param ratio more than 0, up to 1; of all tokens, special ones included
     * @return with no masked position where the text has nothing but special tokens
     */
    static MaskedText mask(int[] tokens, double ratio, Vocabulary vocabulary, SplittableRandom random) {
        int[] candidates = IntStream.range(0, tokens.length).filter(at -> !vocabulary.isSpecial(tokens[at])).toArray();
        int count = (int) Math.min(candidates.length, Math.max(1, Math.rint(ratio * tokens.length)));
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i, candidates.length);
            int swapped = candidates[i];
            candidates[i] = candidates[other];
            candidates[other] = swapped;
        }
        int[] masked = Arrays.copyOf(candidates, count);
        Arrays.sort(masked);
        int[] changed = tokens.clone();
        for (int at : masked) {
            double draw = random.nextDouble();
            if (draw < 0.8) {
                changed[at] = vocabulary.mask();
            } else if (draw < 0.9) {
                changed[at] = random.nextInt(vocabulary.size());
            }
        }
        return new MaskedText(new Prompt(changed, masked), Arrays.stream(masked).map(at -> tokens[at]).toArray());
    }
}
