package dev.pluglm.metric;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An answer as SQuAD compares it: lower case, without ASCII punctuation and English articles, single spaces. */
final class AnswerText {

    private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");
    // The borders of words are those of Python's expressions, which marks like a combining acute are no part of.
    private static final Pattern ARTICLE = Pattern.compile("(?<![\\p{L}\\p{N}_])(?:an?|the)(?![\\p{L}\\p{N}_])");
    private static final Pattern SPACE = Pattern.compile("[\\s\\x0b\\x1c-\\x1f\\x85\\p{Z}]+");

    private AnswerText() {}

    static String normalized(String answer) {
        return String.join(" ", words(answer));
    }

    static boolean exact(String gold, String predicted) {
        return normalized(gold).equals(normalized(predicted));
    }

    /** The F1 of the words that both have, in [0, 1]; 0 if one of them has none. */
    static double f1(String gold, String predicted) {
        List<String> expected = words(gold);
        List<String> found = words(predicted);
        Map<String, Integer> left = new HashMap<>();
        expected.forEach(word -> left.merge(word, 1, Integer::sum));
        long shared = found.stream().filter(word -> left.merge(word, -1, Integer::sum) >= 0).count();
        return new PrecisionRecall(shared, found.size(), expected.size()).f1();
    }

    private static List<String> words(String answer) {
        String plain = PUNCTUATION.matcher(answer.toLowerCase(Locale.ROOT)).replaceAll("");
        return Arrays.stream(SPACE.split(ARTICLE.matcher(plain).replaceAll(" "))).filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableList());
    }
}
