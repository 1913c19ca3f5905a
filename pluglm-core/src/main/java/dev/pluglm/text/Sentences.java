package dev.pluglm.text;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The places of an English text where sentences begin. A single line break is a space, an empty line ends a paragraph
 * and with it a sentence.
 *
 * <p>By the JDK's own iterator, without the breaks that it makes after abbreviations. ICU4J's iterator with its list of
 * abbreviations was tried: it does not know where a word begins, so that "ed." keeps it from ending a sentence in
 * "...failed.", and it is 15 MB.
 */
public final class Sentences {

    /** What comes before a name or inside of a phrase, and never ends a sentence; lower case, as all lists here. */
    private static final Set<String> INNER = Set.of("dr", "mr", "mrs", "ms", "prof", "st", "vs", "cf", "viz", "gen",
            "gov", "sen", "rep", "lt", "sgt", "maj", "capt", "col", "cmdr", "adm", "rev", "hon", "pres", "mt", "ft",
            "messrs", "mme", "mlle", "dept", "univ", "e.g", "i.e", "resp", "approx");

    /** Ends no sentence where a number follows. */
    private static final Set<String> NUMBERED = Set.of("no", "nos", "fig", "figs", "tab", "eq", "eqs", "ref", "refs",
            "sect", "sec", "chap", "ch", "art", "vol", "vols", "p", "pp", "c", "ca", "fl", "b", "d", "est", "jan",
            "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec");

    /** Ends a sentence only where the next word looks like the first of one. */
    private static final Set<String> OPEN = Set.of("al", "etc", "sr", "jr", "inc", "ltd", "co", "corp", "bros", "ed",
            "eds", "trans", "spp", "sp", "subsp", "ssp", "var", "deg", "ave", "blvd", "rd");

    /** An initial, as in "J. Smith", or letters with full stops between, as in "U.S." and "Ph.D."; open as well. */
    private static final Pattern INITIALS = Pattern.compile("\\p{Lu}|(?:\\p{L}{1,2}\\.)+\\p{L}");

    private static final Set<String> FIRST_WORDS = Set.of("The", "A", "An", "In", "It", "He", "She", "They", "We",
            "This", "That", "These", "Those", "But", "And", "As", "At", "On", "After", "By", "For", "From", "His",
            "Her", "Its", "Our", "Their", "However", "When", "While", "Although", "There", "To", "With", "Since",
            "During", "I", "If", "Some", "Many", "Most", "Both", "Each", "Then", "Thus", "Because", "Other", "Another",
            "You", "What", "Who", "Where", "Such", "So", "Here", "Until", "Before");

    private static final int LONGEST_ABBREVIATION = 12;

    private final String text;
    private final BreakIterator starts = BreakIterator.getSentenceInstance(Locale.ENGLISH);

    Sentences(String text) {
        this.text = text;
        starts.setText(flowing(text));
    }

    /** The sentences of a text in order, none blank, without the white space around them. */
    public static List<String> split(String text) {
        List<String> split = new ArrayList<>();
        Sentences sentences = new Sentences(text);
        int from = 0;
        for (int to = sentences.next(); to >= 0; to = sentences.next()) {
            String sentence = text.substring(from, to).strip();
            if (!sentence.isEmpty()) {
                split.add(sentence);
            }
            from = to;
        }
        return split;
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
        String lowerCase = word.toLowerCase(Locale.ROOT);
        if (INNER.contains(lowerCase)) {
            return true;
        }
        if (NUMBERED.contains(lowerCase) && Character.isDigit(text.codePointAt(start))) {
            return true;
        }
        boolean degrees = from > 0 && text.charAt(from - 1) == '°';
        boolean open = OPEN.contains(lowerCase) || INITIALS.matcher(word).matches() && !degrees;
        return open && !FIRST_WORDS.contains(wordAt(start));
    }

    /** The word that begins here; with a full stop behind it, it is an initial and no word. */
    private String wordAt(int start) {
        int end = start;
        while (end < text.length() && end - start < LONGEST_ABBREVIATION && Character.isLetter(text.charAt(end))) {
            end++;
        }
        return end < text.length() && text.charAt(end) == '.' ? "" : text.substring(start, end);
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
