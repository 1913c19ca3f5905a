package dev.pluglm.pretraining;

import dev.pluglm.pretraining.TrainingSample.Span;
import dev.pluglm.text.Vocabulary;

import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Facts that are otherwise in the memory than in the text: for a share of texts the masked name or number, where it is
 * one token, is another one in every passage that the text finds, and this other one has to be guessed. So a model
 * learns to read what stands where the answer should, and not what is likely, and its answers follow edits (Longpre et
 * al. 2021, "Entity-based knowledge conflicts in question answering").
 *
 * <p>Names are exchanged for names, numbers for numbers with as many digits; each that is known is as likely as any
 * other, so that rare ones are read as well as frequent ones.
 */
final class Counterfactuals {
    /** So many samples tell which names and numbers there are. */
    private static final int SAMPLES = 20_000;
    /** Keeps what is drawn here apart from what is drawn for the same texts elsewhere. */
    private static final int PURPOSE = 1;

    private final double share;
    private final long seed;
    private final Map<Integer, int[]> byDigits; // ascending; names have 0 digits
    private final Vocabulary vocabulary;

    /**
     * What a text reads.
     *
     * @param from the token that stands in the passages
     * @param to the token that it reads there
     */
    record Change(int from, int to) {}

    private Counterfactuals(double share, long seed, Map<Integer, int[]> byDigits, Vocabulary vocabulary) {
        this.share = share;
        this.seed = seed;
        this.byDigits = byDigits;
        this.vocabulary = vocabulary;
    }

    /**
     * Looks at the names and numbers of samples.
     *
     * @param share of texts with a masked name or number of one token, 0 to 1
     */
    static Counterfactuals of(double share, long seed, SampleSource source, Vocabulary vocabulary) {
        Map<Integer, TreeSet<Integer>> known = new TreeMap<>();
        if (share > 0) {
            try (SampleSource.Epoch samples = source.epoch(0)) {
                for (int i = 0; i < SAMPLES && samples.hasNext(); i++) {
                    TrainingSample sample = samples.next();
                    for (Span span : sample.spans()) {
                        if (span.length() == 1) {
                            int token = sample.ids()[span.from()];
                            digits(vocabulary.token(token)).ifPresent(digits ->
                                    known.computeIfAbsent(digits, _ -> new TreeSet<>()).add(token));
                        }
                    }
                }
            }
        }
        return new Counterfactuals(share, seed, known.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey,
                each -> each.getValue().stream().mapToInt(Integer::intValue).toArray())), vocabulary);
    }

    /** How many digits a number has, 0 for a name; empty for what is neither. */
    private static Optional<Integer> digits(String token) {
        if (!token.isEmpty() && token.codePoints().allMatch(Character::isDigit)) {
            return Optional.of(token.length());
        }
        return token.codePoints().allMatch(Character::isLetter) ? Optional.of(0) : Optional.empty();
    }

    /** What a text reads in an update; empty if it reads what is there. */
    Optional<Change> of(MaskedSample sample, long update) {
        if (share == 0 || sample.labels().length != 1) {
            return Optional.empty();
        }
        int[] text = sample.originalIds();
        SplittableRandom random = Seeds.random(seed, PURPOSE, update, WithoutOwnText.hash(text, 0, text.length));
        int from = sample.labels()[0];
        int[] others = digits(vocabulary.token(from)).map(byDigits::get).orElse(new int[0]);
        if (others.length < 2 || random.nextDouble() >= share) {
            return Optional.empty();
        }
        int drawn = others[random.nextInt(others.length)];
        return drawn == from ? Optional.empty() : Optional.of(new Change(from, drawn));
    }
}
