package dev.pluglm.task;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One list of answers to a BioASQ factoid question, out of the answers found in each of its snippets (SPEC 5.4).
 */
public final class FactoidAnswers {

    private static final int LONGEST = 100;

    private FactoidAnswers() {}

    /**
     * An answer that was found.
     *
     * @param probability in its snippet, in [0, 1]; of pooled answers the sum
     */
    public record Candidate(String text, double probability) {}

    /**
     * Trims the answers, drops empty ones, those with a parenthesis that is not closed and those of more than
     * {@value #LONGEST} characters, joins those that differ in case only, and orders them, the most probable first.
     *
     * @param found the n-best answers of all snippets
     * @param most how many are wanted
     */
    public static List<Candidate> pooled(List<Candidate> found, int most) {
        Map<String, Candidate> byText = new LinkedHashMap<>();
        found.stream().sorted(mostProbableFirst()).forEach(candidate -> trimmed(candidate.text())
                .ifPresent(text -> byText.merge(text.toLowerCase(Locale.ROOT),
                        new Candidate(text, candidate.probability()), FactoidAnswers::joined)));
        return byText.values().stream().sorted(mostProbableFirst()).limit(most).toList();
    }

    /** A NaN is no probability: it comes last. */
    private static Comparator<Candidate> mostProbableFirst() {
        return Comparator.comparingDouble(it -> Double.isNaN(it.probability()) ? 0 : -it.probability());
    }

    private static Candidate joined(Candidate best, Candidate other) {
        return new Candidate(best.text(), best.probability() + other.probability());
    }

    private static Optional<String> trimmed(String text) {
        String answer = text;
        if (!text.isEmpty() && ",. ".indexOf(text.charAt(text.length() - 1)) >= 0) {
            answer = text.substring(0, text.length() - 1);
        } else if (text.startsWith("(") && text.endsWith(")") && isBalanced(text.substring(1, text.length() - 1))) {
            answer = text.substring(1, text.length() - 1);
        }
        return Optional.of(answer).filter(it -> !it.isBlank() && it.length() <= LONGEST && isBalanced(it));
    }

    private static boolean isBalanced(String text) {
        int open = 0;
        for (int i = 0; i < text.length() && open >= 0; i++) {
            open += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
        }
        return open == 0;
    }
}
