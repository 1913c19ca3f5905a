package dev.pluglm.evaluation;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Texts made comparable: the words alone, in lower case and without accents, as an uncased model sees them. */
final class Words {
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private Words() {}

    /** The words of a text with a space before and behind each; a single space where there are none. */
    static String of(String text) {
        String plain = MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFD)).replaceAll("");
        String words = BETWEEN_WORDS.matcher(plain.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
        return words.isEmpty() ? " " : " " + words + " ";
    }

    /** Whether the words of one text stand in another in a row, both as {@link #of} gives them; no words never do. */
    static boolean contains(String text, String words) {
        return words.length() > 1 && text.contains(words);
    }
}
