package dev.pluglm.text;

import java.text.BreakIterator;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The places of a text where sentences begin. By the JDK's own iterator: ICU4J's adds 15 MB and its list of
 * abbreviations knows neither "i.e." nor where a word begins, so that it would need the filter below as well.
 */
final class Sentences {

    /** Words before a full stop that does not end a sentence, lower case. */
    private static final Set<String> ABBREVIATIONS = Set.of("dr", "mr", "mrs", "ms", "prof", "st", "sr", "jr", "vs",
            "cf", "ca", "al", "approx", "no", "nos", "fig", "figs", "eq", "eqs", "ref", "refs", "vol", "vols", "pp",
            "gen", "gov", "sen", "rep", "lt", "sgt", "maj", "capt", "col", "cmdr", "adm", "rev", "hon", "pres", "mt",
            "ft", "inc", "ltd", "co", "corp", "bros", "dept", "univ", "est", "ed", "eds", "trans", "messrs", "mme",
            "mlle", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "spp",
            "subsp", "var", "ssp");

    /** An initial, as in "J. Smith", or letters with full stops between them, as in "U.S." and "e.g.". */
    private static final Pattern INITIALS = Pattern.compile("\\p{Lu}|(?:\\p{L}\\.)+\\p{L}");

    private static final int LONGEST_ABBREVIATION = 12;

    private final String text;
    private final BreakIterator starts = BreakIterator.getSentenceInstance(Locale.ENGLISH);

    Sentences(String text) {
        this.text = text;
        starts.setText(flowing(text));
    }

    /** Where the next sentence begins, the length of the text after the last one, and then -1. */
    int next() {
        int next = starts.next();
        while (next != BreakIterator.DONE && next < text.length() && followsAbbreviation(next)) {
            next = starts.next();
        }
        return next == BreakIterator.DONE ? -1 : next;
    }

    private boolean followsAbbreviation(int start) {
        int end = start;
        int lineEnds = 0;
        while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
            lineEnds += text.charAt(end) == '\n' ? 1 : 0;
        }
        if (lineEnds > 1 || end == 0 || text.charAt(end - 1) != '.') {
            return false;
        }
        int from = end - 1;
        while (from > 0 && end - from <= LONGEST_ABBREVIATION && isOfWord(text.charAt(from - 1))) {
            from--;
        }
        String word = text.substring(from, end - 1);
        return INITIALS.matcher(word).matches() || ABBREVIATIONS.contains(word.toLowerCase(Locale.ROOT));
    }

    private static boolean isOfWord(char c) {
        return Character.isLetterOrDigit(c) || c == '.';
    }

    /**
     * The text, char for char, with spaces for line ends: they tell how a text was wrapped, not where a sentence ends.
     * Empty lines are the ends of paragraphs.
     */
    private static String flowing(String text) {
        char[] flowing = text.toCharArray();
        int at = 0;
        while (at < flowing.length) {
            int from = at;
            int lineEnds = 0;
            while (at < flowing.length && Character.isWhitespace(flowing[at])) {
                lineEnds += flowing[at] == '\n' ? 1 : 0;
                at++;
            }
            if (lineEnds > 0) {
                Arrays.fill(flowing, from, at, ' ');
                // The JDK takes a line feed for a space, but ends a sentence at Unicode's paragraph separator.
                flowing[at - 1] = lineEnds == 1 ? ' ' : '\u2029';
            }
            at = Math.max(at, from + 1);
        }
        return new String(flowing);
    }
}
